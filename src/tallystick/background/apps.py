from django.apps import AppConfig


class BackgroundConfig(AppConfig):
    name = "tallystick.background"
    label = "background"
    default_auto_field = "django.db.models.BigAutoField"
