"""The commands of `kho138`, a module a group; `orchestration.cli` is the entry point."""
