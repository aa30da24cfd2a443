"""The ground floor: what two or more steps need. Knows no step."""
