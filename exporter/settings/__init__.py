"""Every environment variable, file and flag, validated once."""
