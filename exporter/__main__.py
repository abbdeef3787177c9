"""``python -m exporter``: the same program as ``sailpoint-exporter``."""

from exporter.cli import main

if __name__ == "__main__":
    main()
