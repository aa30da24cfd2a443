"""The failure of a deployment, whose message is for the user."""


class DeploymentError(Exception):
    """The cluster did what it was asked, and the service is not what it has to be."""
