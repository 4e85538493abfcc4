"""Django's settings. What may differ between machines comes from the environment (lab/environment.py), nothing else."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab, schedule

from lab import clock, environment, logs

LAB = Path(__file__).resolve().parent
DATA = environment.data_folder()
HOST = environment.host()
PORT = environment.port()
SERVER = environment.server()
BROKER = environment.broker(DATA)

# Never true: a page with our settings and stack traces helps an attacker more than it helps a developer.
DEBUG = False
SECRET_KEY = environment.secret_key(DATA)
ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS = environment.allowed_hosts()
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.behind_tls():
    # The proxy must set this header itself and drop a client's own (deploy/nginx.conf does).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked for on the machine itself, without TLS
    # Preloading binds the whole domain for years: its owner's choice, not ours.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]

INSTALLED_APPS = [
    "daphne",  # before staticfiles: it brings its own runserver (Django check E001)
    "lab",  # before the admin, whose look it changes
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "lab.people",
    "lab.runs",
    "lab.hooks",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lab.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "lab.urls"
ASGI_APPLICATION = "lab.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "people.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

DATABASES = {"default": environment.database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": environment.storage(DATA),
    # No manifest: the built pages carry hashes in their names already, and the admin's files are small.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# What of ended runs the daily sweep leaves (lab/store/retention.py).
HAMLET_KEEP = environment.keep()
HAMLET_WEBHOOKS_PRIVATE = environment.webhooks_private()
WHITENOISE_MAX_AGE = 3600
# Vite's own hashed names ("assets/main-B4s0fK2d.js") never change what they hold: a browser may keep them for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/.+-[\w-]{8}\.\w+$"

# Everything of ours on a shared server begins with this. Pub/sub ignores database numbers, so the number is part of it.
KEY_PREFIX = f"hamlet{BROKER.database or ''}"
_CONNECTION: dict[str, Any] = {"socket_connect_timeout": 3}
if not BROKER.is_unix:
    # A pulled cable must be noticed within seconds; a unix socket has no cable.
    _CONNECTION |= {"socket_keepalive": True, "health_check_interval": 5}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "lab.fanout.FanoutLayer",
        "CONFIG": {"hosts": [{"address": BROKER.url, **_CONNECTION}], "prefix": KEY_PREFIX},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": BROKER.url,
        "KEY_PREFIX": KEY_PREFIX,
        "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 5},
    }
}

CELERY_BROKER_URL = BROKER.celery_url
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{KEY_PREFIX}.", "socket_timeout": 5, **_CONNECTION}
if BROKER.url.startswith("rediss://"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required"}  # Celery's own default would take any certificate
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# No results: what a task did is in the database, where everyone can read it.
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
# Early acks with a lease in the database: late acks through Redis start an hour-old task twice.
CELERY_TASK_ACKS_LATE = False
# A worker takes a message only when it is free to begin it, so nothing waits behind another worker's slice.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
# A slice goes on training through a broken connection and commits when it is done.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = {
    "lab.runs.tasks.train_slice": {"queue": "train"},
    "lab.runs.tasks.take_home": {"queue": "exams"},
    "lab.runs.tasks.examine_upload": {"queue": "exams"},
    "lab.runs.tasks.make_clip": {"queue": "exams"},
    "lab.hooks.tasks.deliver": {"queue": "exams"},
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps nothing on disk: two short intervals need no memory
# By a steady clock: with the machine's own, "every five seconds" would pause for an hour when that is set back by one.
_OFTEN = schedule(5.0, nowfun=clock.steady)
CELERY_BEAT_SCHEDULE = {
    # An unread order is worthless after the next one, so a long pause leaves no pile of them.
    "runs.reap": {
        "task": "lab.runs.tasks.reap",
        "schedule": schedule(5.0, nowfun=clock.steady),
        "options": {"expires": 5},
    },
    "hooks.look": {
        "task": "lab.hooks.tasks.look",
        "schedule": schedule(5.0, nowfun=clock.steady),
        "options": {"expires": 5},
    },
    # At an hour when no lesson is: a beat that starts anew each morning would never reach "every 24 hours".
    "runs.sweep": {
        "task": "lab.runs.tasks.sweep",
        "schedule": crontab(hour=3, minute=17, nowfun=clock.steady),
        "options": {"expires": 3600},
    },
}

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.config(environment.log_form())
if SENTRY := environment.sentry():
    logs.report_to(SENTRY)
