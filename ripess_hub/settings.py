"""Settings of the hub: one file, everything that differs between machines comes from the environment.

Wrong values fail at the start with a sentence that names the variable.
"""

import os
import re
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ripess_hub import data_folder

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def setting(name, cast, default):
    """Return the environment's value of `name`; a malformed one ends the start with a sentence."""
    try:
        return env.get_value(name, cast=cast, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"The environment variable {name} cannot be read: {error}") from error


# What a browser can ask for: a name (with its subdomains after a point), an address, or everything.
HOST = re.compile(r"\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def hosts(text):
    """Read the names of hosts; one that no request can have would refuse every reader, in silence."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if wrong := [name for name in names if not HOST.fullmatch(name)]:
        raise ValueError(f"{wrong[0]!r} is not the name of a host, such as hub.example.org.")
    if not names:
        raise ValueError("it names no host.")
    return names


def yes_or_no(text):
    """Read a switch; anything else than these words is a mistake that must not pass as "no"."""
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.strip().lower() in ("", *words):
        return words.get(text.strip().lower(), False)
    raise ValueError(f"{text!r} is neither yes nor no.")


DATA_DIR = Path(setting("DATA_DIR", str, str(BASE_DIR / "var"))).expanduser().resolve()
DEBUG = setting("DEBUG", yes_or_no, False)
# Demonstration content is labelled on every page and opens the local mail page.
DEMO = setting("HUB_DEMO", yes_or_no, False)
PORT = setting("PORT", int, 8000)
if not 0 < PORT < 65536:
    raise ImproperlyConfigured(f"PORT must lie between 1 and 65535, not {PORT}.")

# The address people type. Its scheme decides on HSTS, the redirect to https and secure cookies.
PUBLIC_ORIGIN = setting("PUBLIC_ORIGIN", str, f"http://localhost:{PORT}").rstrip("/")
_origin = urlsplit(PUBLIC_ORIGIN)
if _origin.scheme not in ("http", "https") or not _origin.hostname or _origin.path:
    raise ImproperlyConfigured(
        f"PUBLIC_ORIGIN must be a scheme and a host such as https://hub.example.org, not {PUBLIC_ORIGIN!r}."
    )
HTTPS = _origin.scheme == "https"

SECRET_KEY = os.environ.get("SECRET_KEY") or data_folder.secret_key(DATA_DIR)
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
ALLOWED_HOSTS = setting("ALLOWED_HOSTS", hosts, [_origin.hostname, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]

INSTALLED_APPS = [
    # modeltranslation must come before the admin.
    "modeltranslation",
    "ripess_hub.apps.HubConfig",
    "ripess_hub.apps.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "accounts",
    "directory",
    "workinggroup",
    "contributions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ripess_hub.middleware.read_from_anywhere",
    "ripess_hub.middleware.short_query",
    "ripess_hub.limits.RateLimitMiddleware",
    "ripess_hub.middleware.PageCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ripess_hub.middleware.HubLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "ripess_hub.middleware.FormatMiddleware",
]

ROOT_URLCONF = "ripess_hub.urls"
WSGI_APPLICATION = "ripess_hub.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ripess_hub.context.site",
            ],
        },
    }
]

# --- Database -----------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **environ.Env.db_url_config(os.environ.get("DATABASE_URL") or data_folder.database_url(DATA_DIR)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…).")
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    # One wrong letter in an acronym of six is forgiven (PostgreSQL's own threshold is 0.6).
    # The directory lies in memory, where an index costs no more than reading on: without this PostgreSQL
    # reads ten thousand organisations whole rather than ask the search indexes. A common word finds half
    # of twenty thousand agreements: ranking and counting them takes 14 MB, else it goes by the disk.
    "options": "-c pg_trgm.word_similarity_threshold=0.5 -c random_page_cost=1.1 -c work_mem=16MB",
    **DATABASES["default"].get("OPTIONS", {}),
}

# --- Caches and the broker: no request needs Redis (docs/decisions.md) -----------------------------
_redis_url = os.environ.get("REDIS_URL") or ""
if _redis_url and urlsplit(_redis_url).scheme not in ("redis", "rediss", "unix", "redis+socket"):
    raise ImproperlyConfigured("REDIS_URL must be a redis://, rediss:// or unix:// address.")
_cache_url = _redis_url.replace("redis+socket://", "unix://") or data_folder.cache_url(DATA_DIR)
CACHES = {
    # Rate limits of the sign-in pages must hold when Redis is down.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "hub_cache",
        "OPTIONS": {"MAX_ENTRIES": 10000},
    },
    "pages": {
        "BACKEND": "ripess_hub.backends.PagesCache",
        "LOCATION": _cache_url,
        "KEY_PREFIX": "pages",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    },
    # Pieces that many pages share, in the memory of each process; their keys hold the page version.
    "fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 3000},
    },
    # What figures and facets come to, one entry a choice (`directory.figures`): up to 0.2 MB each.
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}
PAGE_CACHE_SECONDS = 600

CELERY_BROKER_URL = _redis_url.replace("unix://", "redis+socket://") or data_folder.broker_url(DATA_DIR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
# However long the broker is away: the worker comes back to it without a hand.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A broker that accepts and stays silent must not hold a request: publishing gives up in a second and
# the outbox sends what was left.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False
# What lay in the queue longer than its own interval is dropped: after an outage each runs once.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("send-waiting-mail", "accounts.tasks.send_waiting_mail", 60),
        ("announce-calls", "contributions.tasks.announce_calls", 60),
        ("announce-meetings", "workinggroup.tasks.announce_meetings", 60),
        ("remind-of-closing", "contributions.tasks.remind_of_closing", 300),
        ("send-digests", "contributions.tasks.send_digests", 900),
        ("heartbeat", "ripess_hub.tasks.heartbeat", 30),
        ("discard-expired-drafts", "contributions.tasks.discard_expired_drafts", 3600),
        ("housekeeping", "ripess_hub.tasks.housekeeping", 3600),
        # Asks whether one is due: at night, or when something in the last one was withdrawn.
        ("make-dump", "ripess_hub.tasks.make_dump", 120),
    )
}

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# Erases a person from every app: `accounts` cannot know which there are.
ERASE_PERSON = "ripess_hub.rights.erase"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.ProfileFields"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Mail is slow in places and goes through the outbox: a code lives a quarter of an hour, and a new one
# can be asked for.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Whoever loses control of an account learns of it by mail.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Behind the proxy that ends TLS, rate limits count the people, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
# allauth's own limits, and ours on what is sent without an account, for a whole room behind one address.
ACCOUNT_RATE_LIMITS = {"begin_draft": "200/h/ip", "report": "30/h/ip", "suggestion": "30/h/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "RIPESS hub"

# Mail goes through the outbox of `accounts`; this is where the outbox's sender delivers it.
if os.environ.get("EMAIL_URL"):
    globals().update(setting("EMAIL_URL", environ.Env.email_url_config, {}))
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = setting("DEFAULT_FROM_EMAIL", str, f"hub@{_origin.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where answers to letters go: people of the team. The sender stays our own address, so that SPF and
# DMARC hold whoever caused the letter.
CONTACT_EMAIL = setting("CONTACT_EMAIL", str, "")
for _name, _address in (("DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL), ("CONTACT_EMAIL", CONTACT_EMAIL)):
    if _address and not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(_address)[1]):
        raise ImproperlyConfigured(f"{_name} must be an e-mail address, not {_address!r}.")

# --- Languages ----------------------------------------------------------------------------------
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = "es"
# What a reader is shown when a text lacks their language; the page says which language it is.
MODELTRANSLATION_FALLBACK_LANGUAGES = {
    "default": ("es", "fr", "en"),
    "es": ("fr", "en"),
    "fr": ("en", "es"),
    "en": ("es", "fr"),
}

# The tabs of the admin use jQuery UI from our own files (no third-party request).
JQUERY_UI_URL = "vendor/jquery-ui/jquery-ui.min.js"

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
_files = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT},
}
if os.environ.get("S3_BUCKET"):
    # Keys and region come from the usual AWS_* variables.
    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": os.environ["S3_BUCKET"],
            "endpoint_url": os.environ.get("S3_ENDPOINT") or None,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
STORAGES = {
    "default": _files,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "ripess_hub.backends.HashedFiles"
    },
}

# --- Security -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "ripess_hub.errors.forbidden"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# More files than a call takes are refused by name, each in a sentence; Django's own limit would throw
# the whole form away.
DATA_UPLOAD_MAX_NUMBER_FILES = 300

# --- Open data ------------------------------------------------------------------------------------
# The licence of the directory's data, as an address. Contributions belong to those who wrote them.
DATA_LICENCE = setting("DATA_LICENCE", str, "https://creativecommons.org/licenses/by/4.0/")

# How many requests for data, and how many whole lists, one address may ask for in a minute; 0: no limit.
DATA_REQUESTS_A_MINUTE = setting("DATA_REQUESTS_A_MINUTE", int, 3000)
EXPORTS_A_MINUTE = setting("EXPORTS_A_MINUTE", int, 300)

# --- Linked data ----------------------------------------------------------------------------------
# Permanent addresses and our vocabulary keep their names when the hub moves to another host: set them
# once, before others refer to them.
LINKED_DATA_BASE = setting("LINKED_DATA_BASE", str, f"{PUBLIC_ORIGIN}/id/")
LINKED_DATA_VOCABULARY = setting("LINKED_DATA_VOCABULARY", str, f"{PUBLIC_ORIGIN}/ns#")
# ESSGLOBAL, the vocabulary of RIPESS: classes, and the SKOS lists its sectors come from.
ESSGLOBAL_VOCABULARY = setting("ESSGLOBAL_VOCABULARY", str, "http://purl.org/essglobal/vocab/")
ESSGLOBAL_STANDARD = setting("ESSGLOBAL_STANDARD", str, "http://purl.org/essglobal/standard/")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "directory.api_lists.HubSchema",
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "ripess_hub.api.sentence",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "RIPESS hub",
    "DESCRIPTION": _(
        "Organisations, agreements, events and working groups of the social and solidarity economy, read "
        "only and open to any site. What the pages show, no more: the same filters, the same published "
        "records. Texts stand by language (`es`, `fr`, `en`), null where one lacks; kinds, sectors, regions "
        "and so on are keys of the vocabularies. A key no vocabulary knows finds nothing, and the empty "
        "list says so; a parameter the API does not know is ignored; a value that cannot be read, such as a "
        "negative page, is refused in a sentence (400), and so are more than a thousand parameters; a page "
        "or a format that is not there is not found (404). Of a search the first 200 characters are read, "
        "however many are sent."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ripess_hub.api.describe_what_all_share",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# Who did it and where, recorded with each change; reading changes nothing.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_ADMIN_CLASS = "ripess_hub.admin_history.HistoryAdmin"
