"""The administration of contributions: the queue and the reading page, late drafts, the log of steps,
translations, reports, reasons written beforehand, challenges and guidelines."""

from contributions.admin import late, log, outcomes, queue, reasons, reports, translations

__all__ = ["late", "log", "outcomes", "queue", "reasons", "reports", "translations"]
