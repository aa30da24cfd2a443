# The image of all tasks of the Kubeflow pipeline; `docker run <image> python -m components.<step>` runs a step alone.
#
#   make image                              builds signature-recognition:latest and lists its parts in build/sbom.json
#   docker build --build-arg GPU=1 …        the same from requirements-gpu.lock, with TensorFlow's CUDA libraries
#
# It runs as any user, 10001 unless told otherwise, with a read-only root file system and no capabilities, and writes only
# below /tmp and what is mounted. CHECKPOINT_DIR on a volume lets a training go on after its container was stopped;
# MLFLOW_TRACKING_URI names the tracking store, for none is kept inside.

FROM python:3.11-slim AS dependencies
ARG GPU=0
COPY requirements*.lock /locks/
# The few source distributions are built with pinned tools too, hence these first.
RUN lock=/locks/requirements.lock; if [ "$GPU" = 1 ]; then lock=/locks/requirements-gpu.lock; fi \
    && sed -n '/^\(setuptools\|wheel\|packaging\)==/,/[^\\]$/p' "$lock" >/locks/build.lock \
    && python -m venv /opt/venv \
    && install="/opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps" \
    && $install -r /locks/build.lock \
    && $install --no-build-isolation --ignore-installed --report /tmp/report.json -r "$lock"
# What no task uses. tensorflow-text is for keras-hub's tokenizers.
RUN /opt/venv/bin/pip uninstall --quiet --yes libclang tensorflow-text tensorboard-data-server pip \
    && cd /opt/venv/lib/python3.11/site-packages \
    && rm -rf tensorflow/include pandas/tests sklearn/*/tests scipy/*/tests
# The sha256 of every installed file, for the list of parts (SBOM).
RUN python -c 'import json; installed = json.load(open("/tmp/report.json"))["install"]; \
print(json.dumps({i["metadata"]["name"]: i["download_info"]["archive_info"]["hashes"]["sha256"] for i in installed}))' \
    >/opt/venv/archives.json

FROM python:3.11-slim AS code
COPY params.yaml pyproject.toml /app/
COPY components /app/components
COPY pipelines /app/pipelines
RUN chmod -R a+rX /app

FROM python:3.11-slim
RUN groupadd --gid 10001 pipeline && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp pipeline
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=code /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    HOME=/tmp \
    DVC_SITE_CACHE_DIR=/tmp/dvc \
    DVC_NO_ANALYTICS=true \
    CHECKPOINT_DIR=/tmp/checkpoints \
    TENSORBOARD_DIR=/tmp/tensorboard
USER 10001
CMD ["python", "-m", "pipelines", "--help"]
ARG GIT_REVISION=
ARG VERSION=
ARG CREATED=
LABEL org.opencontainers.image.title=signature-recognition \
      org.opencontainers.image.description="The steps of the signature recognition pipeline" \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.revision=$GIT_REVISION
ENV GIT_REVISION=$GIT_REVISION
