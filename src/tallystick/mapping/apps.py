from django.apps import AppConfig


class MappingConfig(AppConfig):
    name = "tallystick.mapping"
    label = "mapping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The chain of modules stands in connections; whether its step is done is known here.
        from tallystick.connections.modules import Step, told_by
        from tallystick.mapping.unchosen import lacking_taxes

        told_by(Step.TAX_MAPPING)(lacking_taxes)
