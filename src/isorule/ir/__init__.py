"""The representation: predicates with explicit axes, detections, the rule envelope. It means one thing.

Modules: `axes`, `matchers`, `predicates`, `functions`, `detections`, `rule` define the nodes; `schema` the types of
fields; `walk`, `printing`, `json_form` go over them; `folding`, `regex`, `resolve` and `core` fix their meaning;
`capabilities` and `losses` describe what a target can say and what a conversion changes.
"""
