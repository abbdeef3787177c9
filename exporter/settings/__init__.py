"""Every environment variable, file, key and flag, validated once.

::

    setting             what a setting is, and how its places are written
    table               what can be set: one row for each setting; the README's table is checked against it
    spelling            variables that mean nothing, and the name that was probably meant
    files, yaml_text    the files that settings name; the strict YAML of one of them
    configuration_file  that file's keys -> what it gives
    sources, given      flags, environment, secrets directory, configuration file -> what each gives, and which wins
    values, lists       text -> value, or one sentence that says what the value must be
    configuration       the result, and which rule holds for each value
    checks              what holds beyond each value: usable files, different tenants
    loading             what was given -> configuration, or every problem at once
    effective           what holds, with its origin, for people

Down to ``values`` they do without pydantic, which takes half a second to import: help, version and health check are
built on them alone. For the same reason nothing is imported here.
"""
