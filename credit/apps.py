"""Application registration."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Registers the credit app."""

    name = "credit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Orders are taken here: the floor below that receives bulks does not know what is checked."""
        from credit.services.bulk_orders import ORDERS
        from invoices.domain.bulks import BulkKind
        from invoices.services.bulks.running import register

        register(BulkKind.ORDERS, ORDERS)
