"""Settings of the platform: safe defaults, changed by `TONGKE_*` variables only."""

from pathlib import Path

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("TONGKE_VAR", str(BASE_DIR / "var")))
TONGKE_PROFILE = env.text("TONGKE_PROFILE", str(BASE_DIR / "profiles" / "demo.toml"))
TONGKE_DEMO = env.flag("TONGKE_DEMO", default=False)

SECRET_KEY = env.secret("TONGKE_SECRET_KEY", VAR_DIR / "secrets").decode()
TONGKE_FIELD_KEYS = {"1": env.secret("TONGKE_FIELD_KEY", VAR_DIR / "secrets")}
TONGKE_FIELD_KEY_ID = "1"
TONGKE_BLIND_KEY = env.secret("TONGKE_BLIND_KEY", VAR_DIR / "secrets")
TONGKE_MEDIA_SECRET = env.secret("TONGKE_MEDIA_SECRET", VAR_DIR / "secrets").decode()
TONGKE_MEDIA_PORT = env.number("TONGKE_MEDIA_PORT", 8901, least=1024, most=65535)
# Addresses that browsers can reach the media engine at, when they are not the machine's own.
TONGKE_MEDIA_ADVERTISE = env.words("TONGKE_MEDIA_ADVERTISE", [])
TONGKE_MEDIA_ICE = env.text("TONGKE_MEDIA_ICE", "[]")

TONGKE_WEB_THREADS = env.number("TONGKE_WEB_THREADS", 8, least=1, most=64)

DEBUG = env.flag("TONGKE_DEBUG", default=False)
HTTPS = env.flag("TONGKE_HTTPS", default=False)
ALLOWED_HOSTS = env.words("TONGKE_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.words("TONGKE_ORIGINS", [])

INSTALLED_APPS = [
    "tongke.core.apps.CoreConfig",
    "tongke.foundation.people.apps.PeopleConfig",
    "tongke.foundation.campus.apps.CampusConfig",
    "tongke.foundation.curriculum.apps.CurriculumConfig",
    "tongke.engines.communities.apps.CommunitiesConfig",
    "tongke.engines.credits.apps.CreditsConfig",
    "tongke.engines.learning.apps.LearningConfig",
    "tongke.engines.library.apps.LibraryConfig",
    "tongke.teaching.timetable.apps.TimetableConfig",
    "tongke.teaching.classroom.apps.ClassroomConfig",
    "tongke.teaching.assessment.apps.AssessmentConfig",
    "tongke.teaching.homework.apps.HomeworkConfig",
    "tongke.teaching.electives.apps.ElectivesConfig",
    "tongke.teaching.continuity.apps.ContinuityConfig",
    "tongke.governance.monitor.apps.MonitorConfig",
    "tongke.gateway.portal.apps.PortalConfig",
    "tongke.gateway.interop.apps.InteropConfig",
    "demo.apps.DemoConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_vite",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongke.core.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tongke.foundation.people.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongke.gateway.portal.context.shell",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "tongke.core.templatetags.ui",
            ],
        },
    }
]

DATABASE_URL = env.text("TONGKE_DATABASE")
if DATABASE_URL.startswith("postgresql://"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "OPTIONS": {"pool": {"min_size": 2, "max_size": 20}},
            "CONN_MAX_AGE": 0,
            **env.postgres(DATABASE_URL),
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE_URL or str(VAR_DIR / "tongke.sqlite3"),
            # Writers queue at BEGIN instead of failing half-way with SQLITE_BUSY_SNAPSHOT.
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                "PRAGMA foreign_keys=ON;PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;"
                "PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=67108864;",
            },
            "CONN_MAX_AGE": None,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 20000},
    }
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tongke.foundation.people.passwords.LengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tongke.foundation.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/15m/key"}
ACCOUNT_FORMS = {"login": "tongke.foundation.people.forms_account.SignInForm"}
AXES_USERNAME_CALLABLE = "tongke.foundation.people.lockout.username_of"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "tongke.foundation.people.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Tongke"
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = "tongke.foundation.people.lockout.failure_limit"
AXES_COOLOFF_TIME = "tongke.foundation.people.lockout.cool_off"
AXES_LOCKOUT_CALLABLE = "tongke.foundation.people.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["login", "password", "ip_address"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "tongke_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Vite names what it builds after its content; anything else may change under its name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"
WHITENOISE_MAX_AGE = 3600
DJANGO_VITE = {
    "default": {"dev_mode": False, "manifest_path": BASE_DIR / "frontend/dist/manifest.json"}
}
MEDIA_ROOT = VAR_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("TONGKE_LOG", "WARNING")},
}
