"""The service with worker and beat, and a port where one is given."""

from __future__ import annotations

import os
import sys

from analyzer.config import read_settings
from analyzer.errors import AnalyzerError
from analyzer.pipeline.children import ChildSpec
from analyzer.pipeline.service_log import configure_logging
from analyzer.pipeline.supervise import Service, ServiceOptions, serve


def ready(service: Service) -> None:
    """Tell the test which processes run, and where the store is."""
    pids = [child.pid for child in service.children.values()]
    cluster = service.cluster.pid if service.cluster else None
    print("ready", service.database_url, cluster, *pids, flush=True)


def main() -> int:
    """Run until stopped."""
    settings = read_settings(os.environ)
    configure_logging("supervisor", "warning")
    program = (sys.executable, "-m", "worker")
    options = ServiceOptions(
        home=settings.home,
        children=(
            ChildSpec(name="worker", command=program),
            ChildSpec(name="beat", command=(*program, "beat")),
            ChildSpec(
                name="web",
                command=(
                    *(sys.executable, "-m", "http.server", "--bind"),
                    *(settings.host, str(settings.port)),
                ),
            ),
        ),
        host=settings.host,
        port=settings.port,
    )
    try:
        serve(options, ready)
    except AnalyzerError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
