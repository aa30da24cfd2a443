# Two images: that of all tasks of the Kubeflow pipeline, and that of the service.
#
#   make image                              builds signature-recognition:latest and lists its parts in build/sbom.json
#   docker build --build-arg GPU=1 …        the same from requirements-gpu.lock, with TensorFlow's CUDA libraries
#   docker run <image> python -m components.<step>      runs a step alone
#   make serve-image                        builds signature-recognition-serve:latest, without TensorFlow
#   docker run -v …/models/frozen:/model:ro -v signatures:/data -p 127.0.0.1:8000:8000 <that image>
#
# Each runs as any user, 10001 unless told otherwise, with a read-only root file system and no capabilities. The
# pipeline's writes only below /tmp and what is mounted. CHECKPOINT_DIR on a volume lets a training go on after its
# container was stopped; MLFLOW_TRACKING_URI names the tracking store, for none is kept inside. The service's writes only
# to /data, where its database is, and spools long uploads in /tmp.

# The service comes first: builders without BuildKit make all that stands before a target.
FROM python:3.11-slim AS serve-dependencies
COPY requirements-serve.lock /locks/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /locks/requirements-serve.lock \
    && /opt/venv/bin/pip uninstall --quiet --yes pip setuptools
# Left out is what the service never loads: tests, tools for other purposes, AWS's other services, other databases'
# dialects, and the library of onnxruntime's C interface, which its Python module holds once more.
RUN cd /opt/venv/lib/python3.11/site-packages \
    && find . -type d \( -name tests -o -name testing \) -not -path './numpy/testing*' -prune -exec rm -rf {} + \
    && find . -name '*.pyi' -delete \
    && rm -rf numpy/f2py numpy/distutils numpy/_core/include numpy/_core/lib numpy/typing/tests \
    onnxruntime/transformers onnxruntime/quantization onnxruntime/tools onnxruntime/datasets \
    onnxruntime/capi/libonnxruntime.so.* sqlalchemy/dialects/mssql sqlalchemy/dialects/oracle sqlalchemy/dialects/mysql \
    && find botocore/data -mindepth 1 -maxdepth 1 -type d -not -name s3 -not -name sts -not -name 'sso*' -exec rm -rf {} +
COPY pyproject.toml /app/
COPY components/__init__.py /app/components/
COPY components/shared /app/components/shared
COPY serving /app/serving
# Babel's data of the languages that the pages speak.
RUN cd /opt/venv/lib/python3.11/site-packages/babel/locale-data \
    && for file in *.dat; do language=${file%%[_.]*}; \
    case $language in root|en) ;; *) [ -d "/app/serving/pages/locales/$language" ] || rm "$file" ;; esac; done
# The root cannot be written to when the service starts, so that the bytecode is made here.
RUN python -m compileall -q /app && chmod -R a+rX /app && mkdir /model /data && chown 10001:10001 /data

FROM python:3.11-slim AS serve
RUN groupadd --gid 10001 serving && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp serving
COPY --from=serve-dependencies /opt/venv /opt/venv
COPY --from=serve-dependencies /app /app
COPY --from=serve-dependencies /model /model
COPY --from=serve-dependencies --chown=10001:10001 /data /data
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    SERVE_HOST=0.0.0.0 \
    SERVE_PORT=8000 \
    SERVE_MODEL=/model \
    SERVE_CACHE=/data/models \
    SERVE_DATABASE=sqlite:////data/signatures.db
USER 10001
EXPOSE 8000
VOLUME ["/data"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"SERVE_PORT\"]}/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "serving"]
CMD ["run"]
ARG GIT_REVISION=
ARG VERSION=
ARG CREATED=
LABEL org.opencontainers.image.title=signature-recognition-serve \
      org.opencontainers.image.description="The signature recognition service" \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.revision=$GIT_REVISION
ENV GIT_REVISION=$GIT_REVISION

FROM python:3.11-slim AS dependencies
ARG GPU=0
COPY requirements*.lock /locks/
# pip fetches, for the list of parts (SBOM) takes the sha256 of every archive; uv installs, on all cores. The few source
# distributions are built with pinned tools too, hence these first. Removed is what no task uses: tensorflow-text is for
# keras-hub's tokenizers, babel and psycopg for the service, and onnxruntime's Python module holds the library of its C
# interface once more.
RUN lock=/locks/requirements.lock; if [ "$GPU" = 1 ]; then lock=/locks/requirements-gpu.lock; fi \
    && sed -n '/^\(setuptools\|wheel\|packaging\)==/,/[^\\]$/p' "$lock" >/locks/build.lock \
    && python -m venv /opt/tools && python -m venv --without-pip /opt/venv \
    && /opt/tools/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    -r /locks/requirements-uv.lock -r /locks/build.lock \
    && /opt/tools/bin/pip download --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --no-build-isolation --dest /archives -r "$lock" \
    && export UV_OFFLINE=1 UV_FIND_LINKS=/archives UV_NO_CACHE=1 \
    && install="/opt/tools/bin/uv pip install --python /opt/venv/bin/python --require-hashes --no-deps \
    --no-build-isolation --compile-bytecode" \
    && $install -r /locks/build.lock && $install -r "$lock" \
    && /opt/tools/bin/uv pip uninstall --python /opt/venv/bin/python libclang tensorflow-text tensorboard-data-server \
    babel psycopg psycopg-binary \
    && cd /archives && sha256sum -- * >/opt/venv/archives.sha256 \
    && cd /opt/venv/lib/python3.11/site-packages \
    && rm -rf tensorflow/include pandas/tests sklearn/*/tests scipy/*/tests numpy/*/tests matplotlib/tests tests \
    onnxruntime/capi/libonnxruntime.so.* pyarrow/tests pyarrow/include pyarrow/src /archives /opt/tools

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
    GIT_PYTHON_REFRESH=quiet \
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
