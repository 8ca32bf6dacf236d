"""The benchmark's peer on kopf: the job of ../flow-operator, with outputs written through the official client."""

import kopf
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

FLOWS = {"group": "bench.example.io", "version": "v1", "plural": "flows"}


@kopf.on.startup()
def prepare(settings, **_):
    config.load_kube_config()
    settings.batching.worker_limit = 50
    # No Event for each handler that succeeds.
    settings.posting.enabled = False


def ensure(output, body, spec):
    """Makes a ConfigMap that the Flow owns, unless it is there."""
    name, namespace = body["metadata"]["name"], body["metadata"]["namespace"]
    made = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{name}-{output}"},
        "data": {"message": spec.get("message", "")},
    }
    kopf.adopt(made, owner=body)
    try:
        client.CoreV1Api().create_namespaced_config_map(namespace, made)
    except ApiException as failure:
        if failure.status != 409:
            raise


@kopf.on.create(**FLOWS)
def first(body, spec, patch, **_):
    ensure("first", body, spec)
    patch.status["phase"] = "Second"


@kopf.on.field(**FLOWS, field="status.phase", value="Second")
def second(body, spec, patch, **_):
    ensure("second", body, spec)
    patch.status["phase"] = "Third"


@kopf.on.field(**FLOWS, field="status.phase", value="Third")
def third(body, spec, patch, **_):
    ensure("third", body, spec)
    patch.status["phase"] = "Done"
