"""Second opinions: a drawn share of decided claims is judged again without seeing the decision.

Two reviewers who agree are not thereby right, but where they often differ the rules are unclear.
Only the first judgement of a claim unit is drawn: what an owner contests, or what was opened again,
is judged with the first decision in view and is counted elsewhere.
"""
