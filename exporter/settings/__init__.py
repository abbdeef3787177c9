"""Every environment variable, file and flag, validated once.

::

    table            what can be set: one row for each setting; the README's table is checked against it
    sources          flags, environment, secrets directory -> layers of text
    spelling         variables that mean nothing, and the name that was probably meant
    values           text -> value, or one sentence that says what the value must be
    configuration    the result, and which rule holds for each value
    loading          layers -> configuration, or every problem at once

The first four do without pydantic, which takes half a second to import: help, version and health check are built on
them alone. For the same reason nothing is imported here.
"""
