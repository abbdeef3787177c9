"""The only place for how the fleet page looks: one style sheet, light and dark, wide and narrow."""

from base64 import b64encode
from hashlib import sha256

__all__ = ["CONTENT_SECURITY_POLICY", "STYLE"]

STYLE = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b1f24;--soft:#565f6b;--line:#d9dde3;--link:#0b57d0;
--good:#116329;--good-bg:#dcf5e3;--warn:#7a4100;--warn-bg:#ffeccc;--bad:#a40e26;--bad-bg:#ffe1e4;
--unread:#5b2c9d;--unread-bg:#ece3fb;font:15px/1.45 system-ui,sans-serif}
@media(prefers-color-scheme:dark){:root{--page:#0f1216;--card:#181c22;--text:#e7eaee;--soft:#a3adb9;--line:#303843;
--link:#8ab4f8;--good:#7ee2a0;--good-bg:#12351f;--warn:#ffc46b;--warn-bg:#402a06;--bad:#ff9ca6;--bad-bg:#4d131b;
--unread:#cdb2ff;--unread-bg:#33214f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--page);color:var(--text);overflow-wrap:anywhere}
a{color:var(--link)}
header,.tenant>div,.cluster>div{display:flex;flex-wrap:wrap;align-items:baseline;gap:.3rem .8rem}
h1{font-size:1rem;margin:0}h2{font-size:1.35rem;margin:0}h3{font-size:1rem;margin:0}
nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem;margin-left:auto}
.soft{color:var(--soft)}
.tenant{margin-top:1.2rem}
.verdict{font-size:1.35rem;font-weight:700;margin:0}
.findings{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:.5rem 0;padding:0}
.tag{display:inline-block;padding:.05rem .5rem;border-radius:.4rem;font-weight:600}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.unread{color:var(--unread)}
.tag.good{background:var(--good-bg)}.tag.warn{background:var(--warn-bg)}
.tag.bad{background:var(--bad-bg)}.tag.unread{background:var(--unread-bg)}
.cluster{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;margin-top:.7rem}
.cluster>div a{margin-left:auto}
details{margin-top:.4rem}summary{cursor:pointer}
table{width:100%;border-collapse:collapse;margin-top:.4rem;font-variant-numeric:tabular-nums;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}
th{font-weight:600;color:var(--soft);border-top:0}
th:nth-child(1){width:25%}th:nth-child(2){width:16%}th:nth-child(3){width:11%}th:nth-child(4){width:19%}
th:nth-child(5){width:9%}th:nth-child(6){width:11%}
td:first-child span{display:block}.id{font-size:.85em;font-weight:400;color:var(--soft)}
@media(max-width:44rem){
nav{margin-left:0}thead{display:none}table,tbody,tr,td{display:block}
tr{border-top:1px solid var(--line);padding:.4rem 0}
td{border:0;padding:.05rem 0;display:flex;gap:.6rem}td:empty{display:none}
td[data-label]::before{content:attr(data-label);flex:0 0 6.5rem;color:var(--soft)}
td:first-child{flex-wrap:wrap;gap:0 .6rem}
}
"""

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but the page's own style: a client's name that slipped through escaping could still do nothing."""
