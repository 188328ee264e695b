"""The oracle lane: real engines judge what the evaluator of isorule answers."""
