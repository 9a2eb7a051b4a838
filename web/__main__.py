"""``python -m web``: serve the pages on the host and port of the settings."""

from __future__ import annotations

import os
import signal
import sys

import waitress

from analyzer.config import Settings, read_settings
from analyzer.errors import AnalyzerError, ConfigError
from analyzer.pipeline.service_log import configure_logging
from analyzer.store.database import Store
from web.app import MAX_REQUEST_BYTES, create_app

THREADS = 6
MAX_HEADER_BYTES = 65_536
CHANNEL_TIMEOUT_S = 60


def main() -> int:
    """Serve until stopped; the exit code of the error tree if it cannot start."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings = read_settings(os.environ)
        configure_logging("web", settings.log_level, settings.log_format)
        if not settings.database_url:
            raise ConfigError(
                "PGPROOF_DATABASE_URL is not set",
                hint="Start pgproof up, which starts the store and sets it.",
            )
        _serve(settings)
    except AnalyzerError as error:
        for line in (error.message, error.detail, error.hint):
            if line:
                print(line, file=sys.stderr)
        return error.exit_code
    return 0


def _serve(settings: Settings) -> None:
    with Store.open(settings.database_url, max_connections=THREADS) as store:
        app = create_app(settings, store)
        try:
            server = waitress.create_server(
                app,
                host=settings.host,
                port=settings.port,
                threads=THREADS,
                ident=None,
                max_request_body_size=MAX_REQUEST_BYTES + MAX_HEADER_BYTES,
                max_request_header_size=MAX_HEADER_BYTES,
                channel_timeout=CHANNEL_TIMEOUT_S,
            )
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {settings.host}:{settings.port}",
                detail=error.strerror,
                hint="Set PGPROOF_HOST and PGPROOF_PORT to a free address.",
            ) from None
        server.run()


def _stop(*_: object) -> None:
    # waitress ends its loop on SystemExit and lets running requests finish.
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
