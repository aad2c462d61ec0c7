"""Heavy work, one plain function a task: `(progress, **arguments) -> what JSON can hold`.

Only worker processes import what is in here; see `mlops_tui.engine.workers`.
"""
