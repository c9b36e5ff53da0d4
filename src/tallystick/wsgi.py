"""The application for our web server, or any other for WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.settings")
application = get_wsgi_application()
