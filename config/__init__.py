"""The composition root: settings, urls and the ASGI application. It may import anything."""
