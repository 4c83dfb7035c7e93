"""Application registration."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Registers the pipeline app."""

    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"
