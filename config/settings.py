"""Settings of Duewatch: read from the environment, with safe defaults for one machine.

``DATABASE_URL`` and ``REDIS_URL`` win over the embedded servers; everything else has a default.
"""

from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from buyers.domain.facts import BuyerStatus, EventKind
from config import logs
from config.local import urls as local_urls
from core.domain.outbox import DeliveryState, SubscriptionState
from credit.domain.kinds import GateState, LimitKind, RequestState, Result
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.domain.kinds import Terms
from invoices.domain.orders import TOLD, OrderStatus

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
local = local_urls.resolve(BASE_DIR)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or local.secret_key
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)

INSTALLED_APPS = [
    "core.apps.SupportAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules.apps.AutodiscoverRulesConfig",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "csp",
    "django_celery_beat",
    "django_celery_results",
    "django_structlog",
    "django_prometheus",
    *(["django_migration_linter"] if find_spec("django_migration_linter") else []),  # a tool of `make lint`
    "core",
    "buyers",
    "invoices",
    "scoring",
    "cover",
    "credit",
    "alerts",
    "pipeline",
    "dashboard",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "core.api.request_ids.name_request",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "core.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.shell.shell",
            ],
        },
    }
]

# The runtime role may not change the ledger; only the owner role migrates (docs/architecture.md).
AS_OWNER = env.bool("DUEWATCH_AS_OWNER", default=False)
address = local.owner_database_url if AS_OWNER else local.database_url
DATABASES = {
    "default": {
        **local_urls.with_socket_as_host(env.db_url_config(address)),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = local.redis_url
CACHES = {
    "default": {
        "BACKEND": "core.counting_cache.CountingCache",
        "LOCATION": local.cache_url,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- sign-in -----------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "core.access.adapters.SignInAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Duewatch"
# A code typed as it runs out, or by a clock some seconds off, is accepted one step late (RFC 6238, section 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "core.access.codes.SignInCodeForm",
    "reauthenticate": "core.access.codes.ConfirmCodeForm",
}
# A demonstration on one's own machine may go without; a deployment may not.
ADMINISTRATOR_NEEDS_SECOND_FACTOR = env.bool(
    "ADMINISTRATOR_NEEDS_SECOND_FACTOR", default=not local_urls.needs_postgres()
)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "core.access.adapters.attempted_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"

# --- languages and the one business day ----------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("简体中文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.str("BUSINESS_TIME_ZONE", default="Asia/Shanghai")

# --- static files --------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages name files by their hash only; source maps of other people's scripts are not worth squeezing.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
DUEWATCH_HOME = local.home
DATABASE_IS_EMBEDDED = local_urls.needs_postgres()  # demo sign-ins exist nowhere else
# The key and the list of the audit seals stay outside the database; keep copies where its owner cannot write.
AUDIT_KEY_FILE = env.str("AUDIT_KEY_FILE", default=str(local.home / "audit" / "key"))
AUDIT_SEAL_FILE = env.str("AUDIT_SEAL_FILE", default=str(local.home / "audit" / "seals.jsonl"))
# The key that webhooks' secrets are encrypted with stays outside the database too; keep a copy of it.
WEBHOOK_KEY_FILE = env.str("WEBHOOK_KEY_FILE", default=str(local.home / "webhooks" / "key"))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(local.home / "media")))
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- security ------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- REST ----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.ReadScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "core.api.auto_schema.HouseSchema",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.ClientRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "client": env.str("API_RATE", default="1200/min"),
        "dry_run": env.str("API_DRY_RUN_RATE", default="300/min"),
    },
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Duewatch API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Receivables, aging, scores, alerts, order checks and exposure of Duewatch.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "Grade": list("ABCDE"),
        "CheckResult": [result.value for result in Result],
        "LimitKind": [kind.value for kind in LimitKind],
        "LimitRequestState": [state.value for state in RequestState],
        "RecordOutcome": ["created", "updated", "unchanged", "quarantined"],
        "PutOutcome": ["created", "updated", "unchanged"],
        "StatusEnum": [status.value for status in BuyerStatus],
        "SubscriptionState": [SubscriptionState.ACTIVE.value, SubscriptionState.PAUSED.value],
        "DeliveryState": [state.value for state in DeliveryState],
        "GateState": [state.value for state in GateState],
        "OrderStatus": [status.value for status in OrderStatus],
        "OrderStatusTold": [status.value for status in TOLD],
        "DocumentKind": [kind.value for kind in DocumentKind],
        "DocumentState": [state.value for state in DocumentState],
        "BuyerEventKind": [kind.value for kind in EventKind],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema_hooks.finish",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- jobs ----------------------------------------------------------------------------------
CELERY_BROKER_URL = local.celery_broker_url
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A broker that is away must not hold up whoever only wanted to poke a worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3}
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.sweep_jobs", "schedule": 5.0, "options": {"expires": 10}},
    "dispatch-outbox": {"task": "core.dispatch_outbox", "schedule": 5.0, "options": {"expires": 10}},
    "seal-audit": {"task": "core.seal_audit", "schedule": 600.0, "options": {"expires": 300}},
    "expire-reservations": {"task": "credit.expire", "schedule": 900.0, "options": {"expires": 600}},
    "note-limit-days": {"task": "credit.note_limit_days", "schedule": 900.0, "options": {"expires": 600}},
    "close-settled-orders": {"task": "credit.close_settled_orders", "schedule": crontab(minute=35)},
    "take-arrived-records": {"task": "invoices.take_arrived", "schedule": 60.0, "options": {"expires": 50}},
    "retry-arrived-corrections": {"task": "invoices.retry_arrived", "schedule": 60.0, "options": {"expires": 50}},
    "match-bank-lines-again": {"task": "invoices.match_again", "schedule": crontab(minute=50)},
    "refresh-reviews": {"task": "credit.refresh_reviews", "schedule": crontab(hour=3, minute=15)},
}
JOBS_APP = "config.celery.app"
# A worker renews its lease every third of this; a killed worker's job is free again after it.
JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", default=30.0)

# --- webhooks and mail (docs/webhooks.md) ----------------------------------------------------------
# Addresses of this machine itself, also by http: for trying things on one's own machine, never for a deployment.
WEBHOOK_ALLOW_LOOPBACK = env.bool("WEBHOOK_ALLOW_LOOPBACK", default=False)
WEBHOOK_CA_FILE = env.str("WEBHOOK_CA_FILE", default="")  # trusted beside the system's own certificates
WEBHOOK_CONNECT_SECONDS = env.float("WEBHOOK_CONNECT_SECONDS", default=5.0)
WEBHOOK_TOTAL_SECONDS = env.float("WEBHOOK_TOTAL_SECONDS", default=15.0)
WEBHOOK_ATTEMPTS = env.int("WEBHOOK_ATTEMPTS", default=17)
WEBHOOK_RETRY_SECONDS = env.float("WEBHOOK_RETRY_SECONDS", default=5.0)
WEBHOOK_RETRY_LONGEST_SECONDS = env.float("WEBHOOK_RETRY_LONGEST_SECONDS", default=10_800.0)
WEBHOOK_REST_SECONDS = env.float("WEBHOOK_REST_SECONDS", default=30.0)
WEBHOOK_LANES = env.int("WEBHOOK_LANES", default=2)
WEBHOOK_JOB_SECONDS = env.float("WEBHOOK_JOB_SECONDS", default=20.0)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000")
MAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
if MAIL_IS_SET_UP:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=15.0)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="duewatch@localhost")

# --- the business ----------------------------------------------------------------------------
BASE_CURRENCY = env.str("BASE_CURRENCY", default="USD")
RATE_WARN_AFTER_DAYS = env.int("RATE_WARN_AFTER_DAYS", default=7)
RATE_MAX_AGE_DAYS = env.int("RATE_MAX_AGE_DAYS", default=60)
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=64 * 1024 * 1024)
# A bulk over REST: its bytes, unpacked, and its records; a larger body than AT_ONCE is answered by a job.
BULK_MAX_BYTES = env.int("BULK_MAX_BYTES", default=256 * 1024 * 1024)
BULK_MAX_RECORDS = env.int("BULK_MAX_RECORDS", default=100_000)
BULK_AT_ONCE_BYTES = env.int("BULK_AT_ONCE_BYTES", default=256 * 1024)
# An order check that gets no lock or no answer in this time is "not approved".
CREDIT_LOCK_TIMEOUT_MS = env.int("CREDIT_LOCK_TIMEOUT_MS", default=8000)
CREDIT_STATEMENT_TIMEOUT_MS = env.int("CREDIT_STATEMENT_TIMEOUT_MS", default=10_000)
# The answer to a request with an Idempotency-Key is kept so long; the same request at the same time waits so long.
IDEMPOTENCY_KEEP_DAYS = env.int("IDEMPOTENCY_KEEP_DAYS", default=30)
IDEMPOTENCY_WAIT_MS = env.int("IDEMPOTENCY_WAIT_MS", default=3000)
# An approved order holds its part of the limit this long, and at least so long after its planned shipment.
RESERVATION_DAYS = env.int("RESERVATION_DAYS", default=30)
RESERVATION_DAYS_AFTER_SHIPMENT = env.int("RESERVATION_DAYS_AFTER_SHIPMENT", default=14)
# What a recommended limit stands on, in base currency (docs/limits.md): uninsured risk that we take on any one buyer,
# loss that a year of one buyer may cost, and the part of an open-account debt that a default loses; what it loses of
# debts on other terms where the usual does not hold (LIMIT_LGD_BY_TERMS=da=0.5,dp=0.25).
LIMIT_OWN_APPETITE = Decimal(env.str("LIMIT_OWN_APPETITE", default="60000"))
LIMIT_LOSS_BUDGET = Decimal(env.str("LIMIT_LOSS_BUDGET", default="3000"))
LIMIT_LGD = Decimal(env.str("LIMIT_LGD", default="0.60"))
LIMIT_LGD_BY_TERMS = {
    Terms(terms): Decimal(share) for terms, share in env.dict("LIMIT_LGD_BY_TERMS", default={}).items()
}
# How long finished work stays to be looked at (core/services/retention.py); ledger, decisions and audit stay for ever.
RETENTION_JOBS_DAYS = env.int("RETENTION_JOBS_DAYS", default=90)
RETENTION_RUNS_DAYS = env.int("RETENTION_RUNS_DAYS", default=400)
RETENTION_PREVIEWS_DAYS = env.int("RETENTION_PREVIEWS_DAYS", default=30)
RETENTION_MESSAGES_DAYS = env.int("RETENTION_MESSAGES_DAYS", default=30)
RETENTION_DEAD_LETTERS_DAYS = env.int("RETENTION_DEAD_LETTERS_DAYS", default=180)
RETENTION_BULKS_DAYS = env.int("RETENTION_BULKS_DAYS", default=30)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = logs.configure(
    level=env.str("LOG_LEVEL", default="WARNING"), as_json=env.str("LOG_FORMAT", default="") == "json"
)
