"""The two states that an operation stands between."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.migrations.state import ModelState

from ...declared.states import Unrendered


@dataclass(frozen=True)
class Between:
    """The states before and after an operation in the direction it is run."""

    old: Unrendered
    new: Unrendered
    app_label: str
    is_backwards: bool

    def models(self, name: str, new_name: str = "") -> tuple[ModelState, ModelState]:
        """Return the model before and after."""
        return (
            self.old.state.models[self.app_label, name.lower()],
            self.new.state.models[self.app_label, (new_name or name).lower()],
        )

    def old_model(self, name: str) -> ModelState:
        model: ModelState = self.old.state.models[self.app_label, name.lower()]
        return model

    def new_model(self, name: str) -> ModelState:
        model: ModelState = self.new.state.models[self.app_label, name.lower()]
        return model
