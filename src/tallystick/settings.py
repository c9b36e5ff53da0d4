"""Django's settings, read from the environment; `docs/settings.md` lists every name.

Importing this module starts nothing: whoever runs without DATABASE_URL (the command line)
makes sure of the embedded PostgreSQL first.
"""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF

from tallystick import logs
from tallystick.environment import (
    SettingError,
    env_choice,
    env_int,
    env_networks,
    env_secret,
    env_text,
    env_url,
)
from tallystick.postgres import connection_url, default_data_dir

DATA_DIR = Path(env_text("TALLYSTICK_DATA_DIR", default=str(default_data_dir())))
KEYS_DIR = DATA_DIR / "keys"

SECRET_KEY = env_secret("TALLYSTICK_SECRET_KEY", kept_in=KEYS_DIR / "secret-key")
_kept_keys = KEYS_DIR / "encryption-keys"
ENCRYPTION_KEYS = env_secret("TALLYSTICK_ENCRYPTION_KEYS", kept_in=_kept_keys).split()
if not SECRET_KEY or not ENCRYPTION_KEYS:
    raise SettingError(
        "TALLYSTICK_SECRET_KEY and TALLYSTICK_ENCRYPTION_KEYS are not set. The tallystick "
        "commands make and keep them by themselves with the embedded database; with a database "
        "of your own set both, the same on every machine (docs/settings.md shows how)."
    )
for _key in ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError:
        raise SettingError(
            "TALLYSTICK_ENCRYPTION_KEYS must hold one or more keys of 32 bytes in url-safe "
            "base64, separated by blanks; the first one writes, all of them read. Where it is not set, "
            f"they are kept in {_kept_keys}: bring that file back from the backup, or "
            "remove it where it is lost for good: the next start says what follows from that."
        ) from None

PUBLIC_URL = env_url("TALLYSTICK_PUBLIC_URL", default="http://localhost:8000")
if "xero" in PUBLIC_URL.lower():
    raise SettingError("TALLYSTICK_PUBLIC_URL must not contain 'xero': Xero refuses such links.")
_public = urlsplit(PUBLIC_URL)
_extra_hosts = env_text("TALLYSTICK_ALLOWED_HOSTS").split()
ALLOWED_HOSTS = [_public.hostname or "localhost", "localhost", "127.0.0.1", *_extra_hosts]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
_is_https = _public.scheme == "https"
#: Proxies of the operator's own, whose headers are believed.
TRUSTED_PROXIES = env_networks(
    "TALLYSTICK_TRUSTED_PROXIES", default="127.0.0.1 ::1" if _is_https else ""
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
#: We speak plain HTTP, so an https request is one of which a listed proxy says so.
SECURE_SSL_REDIRECT = _is_https
SECURE_SSL_HOST = _public.netloc if _is_https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _is_https else 0
SESSION_COOKIE_NAME = "tallystick_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
#: The callback from Xero is a cross-site navigation, so the session must travel with it.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "tallystick_csrf"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

#: Xero's have 88; a short one could be guessed.
_SHORTEST_WEBHOOK_KEY = 32
XERO_CLIENT_ID = env_text("XERO_CLIENT_ID")
XERO_CLIENT_SECRET = env_secret("XERO_CLIENT_SECRET")
XERO_LOGIN_URL = env_url("XERO_LOGIN_URL", default="https://login.xero.com")
XERO_IDENTITY_URL = env_url("XERO_IDENTITY_URL", default="https://identity.xero.com")
XERO_API_URL = env_url("XERO_API_URL", default="https://api.xero.com")
XERO_WEB_URL = env_url("XERO_WEB_URL", default="https://go.xero.com")
XERO_WEBHOOK_KEYS = env_secret("XERO_WEBHOOK_KEYS").replace(",", " ").split()
if any(len(key) < _SHORTEST_WEBHOOK_KEY for key in XERO_WEBHOOK_KEYS):
    raise SettingError(
        "XERO_WEBHOOK_KEYS must hold webhook keys as Xero shows them, whole, separated by blanks or "
        f"commas; one that is set is shorter than {_SHORTEST_WEBHOOK_KEY} characters."
    )
XERO_TIMEOUT_SECONDS = env_int("XERO_TIMEOUT_SECONDS", default=60, at_least=1, at_most=300)

#: Xero's consent page leads on within its domain; Chromium holds each step after our form
#: against form-action.
_xero_login = urlsplit(XERO_LOGIN_URL)
_consent_pages = (
    "https://*.xero.com"
    if (_xero_login.hostname or "").endswith(".xero.com")
    else f"{_xero_login.scheme}://{_xero_login.netloc}"
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF, _consent_pages],
    }
}

WORKER_THREADS = env_int("TALLYSTICK_WORKER_THREADS", default=8, at_least=1, at_most=200)
STUCK_MINUTES = env_int("TALLYSTICK_STUCK_MINUTES", default=30, at_least=1, at_most=1440)


def _database(url: str) -> dict[str, object]:
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:  # its words would tell the password
        raise SettingError(
            "DATABASE_URL is not understood. It looks like postgresql://user:password@host:5432/name, "
            "with special characters of the password written as %40 and the like."
        ) from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingError("DATABASE_URL must begin with postgresql://; other databases do not do.")
    options: dict[str, object] = dict(parse_qsl(parts.query))
    # A process frozen within a transaction would hold its locks until somebody notices; so its
    # transaction is undone after a while, and others go on.
    options.setdefault("options", "-c idle_in_transaction_session_timeout=30s")
    host = str(options.pop("host", parts.hostname or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "tallystick",
        "USER": unquote(parts.username or str(options.pop("user", ""))),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port or "",
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {
    "default": _database(
        env_secret("DATABASE_URL") or connection_url(DATA_DIR),
    )
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "csp",
    "tallystick.workspaces",
    "tallystick.background",
    "tallystick.books",
    "tallystick.importing",
    "tallystick.connections",
    "tallystick.mirror",
    "tallystick.mapping",
    "tallystick.sync",
    "tallystick.web",
]
MIDDLEWARE = [
    # These put their headers on whatever answer those below give.
    "tallystick.web.middleware.PolicyMiddleware",
    "tallystick.web.middleware.ClientMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "tallystick.web.middleware.RequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks who is there, unless it says otherwise.
    "tallystick.web.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
ROOT_URLCONF = "tallystick.urls"
WSGI_APPLICATION = "tallystick.wsgi.application"
AUTH_USER_MODEL = "workspaces.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "tallystick.web.views.errors.csrf_failed"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False

LOG_LEVEL = env_choice(
    "TALLYSTICK_LOG_LEVEL", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
)
LOG_FORMAT = env_choice("TALLYSTICK_LOG_FORMAT", default="json", choices=["json", "console"])
LOGGING = logs.config(level=LOG_LEVEL, style=LOG_FORMAT)
