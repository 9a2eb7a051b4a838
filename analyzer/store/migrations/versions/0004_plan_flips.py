"""When the planner chose another plan for a statement."""

from __future__ import annotations

from alembic import op

from analyzer.store.migrations import sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the SQL file, as it is."""
    connection = op.get_bind().execution_options(no_parameters=True)
    connection.exec_driver_sql(sql("0004_plan_flips"))
