"""The whole learning curve as a table."""

import csv
import io
from uuid import UUID

from hamlet.learning.metrics import COLUMNS
from lab.runs.models import MetricRow


def metrics_csv(run_id: UUID) -> bytes:
    """Every row, none left out, with the columns' names on top; what was not measured is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(MetricRow.objects.filter(run_id=run_id).order_by("iteration").values_list(*COLUMNS).iterator())
    return text.getvalue().encode()
