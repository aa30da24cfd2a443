# The image of all tasks of the Kubeflow pipeline; `docker run <image> python -m components.<step>` runs a step alone.
#
#   docker build --build-arg GIT_REVISION=$(git rev-parse HEAD) -t signature-recognition:latest .
#   docker build --build-arg GPU=1 …        needs requirements-gpu.lock, the same set with TensorFlow's CUDA libraries
#
# It runs as user 10001 and writes only below /tmp, its home and what is mounted. Mount a volume at /tmp/checkpoints to let a
# training go on after its container was stopped; set MLFLOW_TRACKING_URI, for no tracking store is kept inside.

FROM python:3.11-slim AS dependencies
ARG GPU=0
COPY requirements*.lock /locks/
RUN lock=/locks/requirements.lock; if [ "$GPU" = 1 ]; then lock=/locks/requirements-gpu.lock; fi \
    && python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r "$lock" \
    && rm -rf /opt/venv/lib/python3.11/site-packages/tensorflow/include

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home pipeline
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY params.yaml ./
COPY components components
COPY pipelines pipelines
ARG GIT_REVISION=
LABEL org.opencontainers.image.revision=$GIT_REVISION
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    CHECKPOINT_DIR=/tmp/checkpoints \
    TENSORBOARD_DIR=/tmp/tensorboard \
    GIT_REVISION=$GIT_REVISION
USER 10001
CMD ["python", "-m", "pipelines", "--help"]
