"""The load alone, on a shop that runs: ``python -m analyzer.demo DSN [SECONDS]``."""

from __future__ import annotations

import argparse
import sys

from analyzer.demo.load import run_load
from analyzer.errors import AnalyzerError
from analyzer.postgres.connect import parse_dsn


def main() -> int:
    """Run the load and print what it did; the exit code of the error tree."""
    parser = argparse.ArgumentParser(
        prog="python -m analyzer.demo", description=__doc__
    )
    parser.add_argument("dsn", help="of the shop; the password comes from PGPASSWORD")
    parser.add_argument("seconds", type=float, nargs="?", default=10.0)
    arguments = parser.parse_args()
    try:
        report = run_load(parse_dsn(arguments.dsn), arguments.seconds)
    except AnalyzerError as error:
        print(f"ERROR:  {error.message}", file=sys.stderr)
        return error.exit_code
    print(f"{report.call_count:,} calls in {report.duration_s:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
