"""The codes that the bench reads; `returns.labels` knows how."""

from kaishu.returns.labels import LabelUnreadable, LabelWithoutUnit, LabelWrong, read_label

__all__ = ["LabelUnreadable", "LabelWithoutUnit", "LabelWrong", "read_label"]
