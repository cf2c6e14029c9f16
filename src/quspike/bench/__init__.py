"""Speed beside the peers: the same problem, the same error, one core, in turns.

`problems` says what is solved, `reference` what is right, `rivals` who takes part, `race` times them in turns, `report`
prints. A peer that asks for releases of its own runs in its own virtual environment, behind `peers/process.py`.
"""
