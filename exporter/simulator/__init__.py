"""An embedded tenant, as strict and as odd as the real one."""
