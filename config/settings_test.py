"""Settings of the tests: the same product, with a fast hasher and a throw-away folder."""

import os
import tempfile
from pathlib import Path

_VAR = Path(tempfile.gettempdir()) / f"tongke-test-{os.getuid()}"
os.environ.setdefault("TONGKE_VAR", str(_VAR))
os.environ.setdefault("TONGKE_HOSTS", "127.0.0.1,localhost,testserver")

from config.settings import *  # noqa: E402, F403

TONGKE_PROFILE = str(BASE_DIR / "tests" / "region.toml")  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise wants the folder
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
