"""The verbs as the command line sees them: options and help, one file per verb, cheap to import.

What a verb does is in the file of that name in `isorule.cli`, imported when the verb is run; `check` needs so little
before it reads a file that its options stand with its work.
"""
