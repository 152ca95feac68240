"""Reports of the tiny project are rendered once for all tests of this folder."""

from __future__ import annotations

from tests.kept_renderings import kept_renderings, rendered_anew

__all__ = ["kept_renderings", "rendered_anew"]
