"""The demo region 青溪县: wholly invented, deterministic, lived through the real services."""
