"""What a database says about functions of its own."""

from __future__ import annotations

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load


def read_volatility(connection: Connection) -> dict[str, str]:
    """Volatility of functions that are not built in: ``i``, ``s`` or ``v`` by name.

    Where several functions share a name, the weakest promise counts.
    """
    rows = connection.execute(load("function_volatility").encode()).fetchall()
    return {str(name): str(volatility) for name, volatility in rows}
