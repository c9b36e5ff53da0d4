"""Puts the sources, which lie outside this folder, into the wheel."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class OutsideSources(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include them; an editable install reads them where they are, and a copy would hide them."""
        if version != "editable":
            build_data["force_include"]["../../src/xero_sandbox"] = "xero_sandbox"
            build_data["force_include"]["../../LICENSE"] = "xero_sandbox/LICENSE"
