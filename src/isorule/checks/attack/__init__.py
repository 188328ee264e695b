"""Whether a rule's ATT&CK mapping names things that exist, by their names, in their places.

A rule may follow any version of ATT&CK that isorule has a table of: what one of them has in use is right.
"""
