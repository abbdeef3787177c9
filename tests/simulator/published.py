"""The published schemas of the documents that the simulated tenant answers, and how a document differs from them.

Source: SailPoint's OpenAPI documents (ManagedClient, ManagedClientStatus, ManagedClientHealthIndicators, ManagedCluster
and what they refer to; VaJob is in the vendor's repository but not in its published documents).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = [
    "HEALTH_DOCUMENT",
    "MANAGED_CLIENT",
    "MANAGED_CLUSTER",
    "STATUS_BODY_KEYS",
    "STATUS_DOCUMENT",
    "VA_JOB",
    "WORK_ORDER_KEYS",
    "differences",
]


@dataclass(frozen=True)
class Schema:
    """A JSON type as OpenAPI describes it; ``properties`` None allows any key."""

    type: type | tuple[type, ...]
    nullable: bool = False
    enum: frozenset[str] | None = None
    date_time: bool = False
    properties: "dict[str, Schema] | None" = None
    required: frozenset[str] = frozenset()
    items: "Schema | None" = field(default=None)


def differences(document: Any, schema: Schema, path: str = "") -> Iterator[str]:
    """Each way in which the document is not what was published, as ``path: what``."""
    if document is None:
        if not schema.nullable:
            yield f"{path}: null"
        return
    if not isinstance(document, schema.type) or (isinstance(document, bool) and schema.type is not bool):
        yield f"{path}: {type(document).__name__}"
        return
    if schema.enum is not None and document not in schema.enum:
        yield f"{path}: {document}"
    if schema.date_time and not _DATE_TIME.fullmatch(str(document)):
        yield f"{path}: no date-time"
    yield from _inner_differences(document, schema, path)


def _inner_differences(document: Any, schema: Schema, path: str) -> Iterator[str]:
    if schema.items is not None:
        for item in document:
            yield from differences(item, schema.items, f"{path}[]")
    if schema.properties is not None:
        yield from (f"{path}.{key}: missing" for key in schema.required - document.keys())
        yield from (f"{path}.{key}: undeclared" for key in document.keys() - schema.properties.keys())
        for key in document.keys() & schema.properties.keys():
            yield from differences(document[key], schema.properties[key], f"{path}.{key}")


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z")

_TEXT, _TEXT_OR_NULL = Schema(str), Schema(str, nullable=True)
_TIME, _TIME_OR_NULL = Schema(str, date_time=True), Schema(str, nullable=True, date_time=True)
_WHOLE, _FLAG, _ANY = Schema(int), Schema(bool), Schema(dict)
_FRACTION_OR_NULL = Schema((int, float), nullable=True)


def _words(words: str, *, nullable: bool = False) -> Schema:
    return Schema(str, nullable=nullable, enum=_keys(words))


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _object(*required: str, **properties: Schema) -> Schema:
    return Schema(dict, properties=properties, required=frozenset(required))


_STATUS = "NORMAL UNDEFINED NOT_CONFIGURED CONFIGURING WARNING ERROR FAILED"
_HEALTH_STATUS = "NORMAL UNDEFINED WARNING ERROR FAILED"
_CONSOLIDATED = "NORMAL WARNING ERROR"
_TYPE = "CCG VA INTERNAL IIQ_HARVESTER"

STATUS_DOCUMENT = _object(
    "body",
    "status",
    "type",
    "timestamp",
    body=_ANY,
    status=_words(_STATUS),
    type=_words(_TYPE, nullable=True),
    timestamp=_TIME,
)

STATUS_BODY_KEYS = _keys(
    "alertKey id clusterId ccg_etag ccg_pin cookbook_etag hostname internal_ip lastSeen sinceSeen sinceSeenMillis "
    "localDev stacktrace state status uuid product va_version platform_version os_version os_type hypervisor"
)

WORK_ORDER_KEYS = _keys(
    "id clientId clusterId orgType vaDownloadUrl clusterJobCount configuration connectorServices jobs queue maintenance"
)

MANAGED_CLIENT = _object(
    "clientId",
    "clusterId",
    "description",
    "type",
    id=_TEXT_OR_NULL,
    alertKey=_TEXT_OR_NULL,
    apiGatewayBaseUrl=_TEXT_OR_NULL,
    cookbook=_TEXT_OR_NULL,
    ccId=Schema(int, nullable=True),
    clientId=_TEXT,
    clusterId=_TEXT,
    description=_TEXT,
    ipAddress=_TEXT_OR_NULL,
    lastSeen=_TIME_OR_NULL,
    name=_TEXT_OR_NULL,
    sinceLastSeen=_TEXT_OR_NULL,
    status=_words(_STATUS, nullable=True),
    type=_TEXT,
    clusterType=_words("idn iai spConnectCluster sqsCluster das-rc das-pc das-dc", nullable=True),
    vaDownloadUrl=_TEXT_OR_NULL,
    vaVersion=_TEXT_OR_NULL,
    secret=_TEXT_OR_NULL,
    createdAt=_TIME_OR_NULL,
    updatedAt=_TIME_OR_NULL,
    provisionStatus=_words("PROVISIONED DRAFT", nullable=True),
)

_EVENT = _object(
    detailedMessage=_TEXT,
    uuid=_TEXT,
    url=_TEXT_OR_NULL,
    timestamp=_TIME,
    lastNotifiedTimeStamp=_TIME,
    cpuUtilizationPercentage=_FRACTION_OR_NULL,
    freeSpacePercentage=_FRACTION_OR_NULL,
)

_CATEGORY = _object(errors=Schema(list, items=_EVENT), warnings=Schema(list, items=_EVENT))

_HEALTH_BODY = _object(
    *_keys("id clusterId apiUser hostname status product platform_version os_version os_type hypervisor"),
    "consolidatedHealthIndicatorsStatus",
    "health_indicators",
    **{
        **dict.fromkeys(STATUS_BODY_KEYS | {"apiUser", "lastNotifiedCcgVersion"}, _TEXT),
        **dict.fromkeys(_keys("alertKey ccg_etag ccg_pin cookbook_etag stacktrace state uuid"), _TEXT_OR_NULL),
        **dict.fromkeys(("va_version", "deployed_processes"), _TEXT_OR_NULL),
        "localDev": _FLAG,
        "status": _words(_HEALTH_STATUS),
        "consolidatedHealthIndicatorsStatus": _words(_CONSOLIDATED),
        "health_indicators": _object(container=_CATEGORY, memory=_CATEGORY, cpu=_CATEGORY),
    },
)

HEALTH_DOCUMENT = _object(
    "body",
    "status",
    "type",
    "timestamp",
    body=_HEALTH_BODY,
    status=_words(_HEALTH_STATUS),
    type=_words("VA CCG"),
    timestamp=_TIME,
)

_KEYS = {"publicKey": _TEXT_OR_NULL, "publicKeyThumbprint": _TEXT_OR_NULL, "publicKeyCertificate": _TEXT_OR_NULL}
_QUEUE = _object(name=_TEXT, region=_TEXT)

MANAGED_CLUSTER = _object(
    "id",
    "clientType",
    "ccgVersion",
    **_KEYS,
    id=_TEXT,
    name=_TEXT,
    pod=_TEXT,
    org=_TEXT,
    type=_words("idn iai spConnectCluster sqsCluster das-rc das-pc das-dc pag das-am standard"),
    configuration=_ANY,
    keyPair=_object(**_KEYS),
    attributes=_object(queue=_QUEUE, keystore=_TEXT_OR_NULL),
    description=_TEXT,
    redis=_object(redisHost=_TEXT, redisPort=_WHOLE),
    clientType=_words(_TYPE, nullable=True),
    ccgVersion=_TEXT,
    pinnedConfig=_FLAG,
    logConfiguration=replace(
        _object(
            "rootLevel",
            "durationMinutes",
            durationMinutes=_WHOLE,
            rootLevel=_words("OFF FATAL ERROR WARN INFO DEBUG TRACE"),
            logLevels=_ANY,
        ),
        nullable=True,
    ),
    operational=_FLAG,
    status=_words("CONFIGURING FAILED NO_CLIENTS NORMAL WARNING"),
    encryptionConfiguration=_object(format=_words("V2 V3")),
    alertKey=_TEXT,
    clientIds=Schema(list, items=_TEXT),
    serviceCount=_WHOLE,
    ccId=_TEXT,
    createdAt=_TIME_OR_NULL,
    updatedAt=_TIME_OR_NULL,
    lastReleaseNotifiedAt=_TIME_OR_NULL,
    updatePreferences=_object(
        processGroups=_TEXT_OR_NULL,
        updateState=_words("AUTO DISABLED", nullable=True),
        notificationEmail=_TEXT_OR_NULL,
    ),
    currentInstalledReleaseVersion=_TEXT_OR_NULL,
    updatePackage=_TEXT_OR_NULL,
    isOutOfDateNotifiedAt=_TIME_OR_NULL,
    consolidatedHealthIndicatorsStatus=_words(_CONSOLIDATED, nullable=True),
)

VA_JOB = _object(
    "uuid",
    "cookbook",
    "state",
    "type",
    "targetId",
    uuid=_TEXT,
    cookbook=_TEXT,
    state=_words(
        "PENDING INPROGRESS FINISHED GENERAL_ERROR INVALID_JOB_TYPE ABORTED ACKNOWLEDGED_FAILURE READY POLL EXPIRED "
        "PAUSED SKIPPED"
    ),
    type=_words("VA_UPGRADE VA_REBOOT VA_RELOAD VA_PACKAGE_UPGRADE VA_ENABLE_SAP"),
    targetId=_TEXT,
    managedProcessConfiguration=_ANY,
)
