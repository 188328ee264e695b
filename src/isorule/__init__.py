"""isorule translates detection rules and proves that they still mean the same."""
