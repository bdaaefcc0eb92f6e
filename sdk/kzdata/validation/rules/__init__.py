"""The rules, a module a group; `kzdata.validation.rule` says what a rule is."""
