"""What second opinions are called by staff."""

from __future__ import annotations

WORDS = {
    "opinion.approved": "I would approve",
    "opinion.refused": "I would refuse",
    "opinion.asked": "I would ask first",
    "opinion.first": "The first was right",
    "opinion.second": "The second was right",
    "opinion.both": "Both can stand",
}
