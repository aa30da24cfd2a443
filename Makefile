# Everything a person types. `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := $(CURDIR)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := true
export MLFLOW_DISABLE_TELEMETRY := true
# EXTRA names a collection that is trained on and tested beside CEDAR.
EXTRA :=
CEDAR_WITH_bhsig260 := '[{name: cedar, source: cedar, layout: cedar}, {name: bhsig260, source: bhsig260, layout: bhsig260}]'
CEDAR_SOURCE := $(if $(EXTRA),$(or $(CEDAR_WITH_$(EXTRA)),$(error EXTRA=$(EXTRA) is no collection that is known here: EXTRA=bhsig260)),cedar)
# What suits CEDAR, beside the defaults of params.yaml: the head alone, for training the network too gains nothing beyond
# chance. `make cedar SET="-S train.steps=80"` does that, with the last two lines.
CEDAR := -S ingest.source=$(CEDAR_SOURCE) -S preprocess.height=112 -S preprocess.width=192 -S split.val=0.15 -S split.test=0.2 \
  -S train.weights=imagenet -S 'train.pooled_blocks=[7]' -S train.pooled_components=56 \
  -S 'train.views=[whole,mirror,left,right]' -S train.embedding_size=1024 -S train.head=discriminant \
  -S train.head_steps=400 -S train.mining=hard -S train.margin=soft -S train.identities_per_batch=8 \
  -S train.images_per_identity=4 -S train.forgeries_per_identity=4 -S train.learning_rate=0.00003 \
  -S train.steps=0 -S train.decay_steps=40 \
  -S train.validate_every=10 -S train.checkpoint_every=20
# `dvc exp run` commits; a name is only made up where git has none.
IDENTITY := $(shell git var GIT_COMMITTER_IDENT >/dev/null 2>&1 || echo env GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=nobody@localhost GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=nobody@localhost)

.PHONY: help install repro cedar compare crossval promote results remote ui tensorboard serve demo test coverage e2e cluster-test gpu-test fuzz kills format check docs lock kubeflow image serve-image release clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(BIN)/.installed ## make .venv from requirements.lock

$(BIN)/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(f"Python {v.major}.{v.minor} found, but 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 …" if not (3, 11) <= v < (3, 14) else 0)'
	@echo "installing into .venv (about 3 GB; once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.lock
	@$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock -r requirements-dev.lock
	@touch $@

repro: install ## run the whole pipeline on the default data (dvc repro)
	@python -m pipelines unlock
	@dvc repro
	@$(MAKE) --no-print-directory results

cedar: install ## the same on CEDAR (CEDAR_DIR, RESNET50_DIR where set, else the public ones); SET="-S train.steps=80" trains more than the head, EXTRA=bhsig260 (BHSIG260_DIR) on that too
	@python -m pipelines unlock
	$(IDENTITY) dvc exp run $(CEDAR) $(SET)
	@$(MAKE) --no-print-directory results

compare: install ## run a GRID of settings as experiments, by EER on val (DATA=cedar for CEDAR's settings, SET="-S …" changes them)
	@$(IDENTITY) python -m pipelines compare $(GRID) $($(shell echo $(DATA) | tr a-z A-Z)) $(SET)

crossval: install ## train and test FOLDS=5 folds, every identity in one of them, and pool them (DATA=cedar as above)
	@$(IDENTITY) python -m pipelines crossval --folds $(FOLDS) $($(shell echo $(DATA) | tr a-z A-Z)) $(SET)
FOLDS := 5
GRID := train.mining=semi-hard,hard,all
DATA := sample
SAMPLE :=

promote: install ## register models/frozen in MLflow, and make it champion if it is better (NAME=signatures, FORCE=1)
	@python -m pipelines promote --name $(NAME) $(if $(FORCE),--force)
NAME := signatures
FORCE :=

results: install ## print the figures of the last evaluation and where to look next
	@echo; cat reports/evaluation/summary.txt
	@echo; echo "the whole report      reports/evaluation/report.html"
	@echo "the shipped model     models/frozen/ (model_card.md says what it is)"
	@echo "runs and curves       make ui · make tensorboard"
	@echo "try another setting   source .venv/bin/activate; dvc exp run -S train.mining=hard"
	@echo "compare               dvc exp show --only-changed --drop '.*/'"

remote: install ## keep DVC's data on S3: URL=s3://bucket/prefix [ENDPOINT=https://…]; keys stay in the environment
	@case "$(URL)" in s3://arn:*) echo "DVC takes no ARN: give the access point's alias, URL=s3://NAME-…-s3alias/prefix"; exit 2 ;; s3://?*) ;; *) echo "make remote URL=s3://bucket/prefix [ENDPOINT=https://s3.example.org]"; exit 2 ;; esac
	@dvc remote add --quiet --force --default store "$(URL)"
	@$(if $(ENDPOINT),dvc remote modify store endpointurl "$(ENDPOINT)")
	@echo "commit .dvc/config; then: dvc push, and elsewhere dvc pull, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set"

ui: install ## print where MLflow shows the trainings, and serve it on http://127.0.0.1:5000
	@case "$$MLFLOW_TRACKING_URI" in http*) python -m components.shared.tracking.mlflow_pages "$$MLFLOW_TRACKING_URI" ;; *) \
	python -m components.shared.tracking.mlflow_pages http://127.0.0.1:5000 && PYTHONWARNINGS=ignore \
	mlflow server --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/mlruns/mlflow.db}" --host 127.0.0.1 --port 5000 --workers 1 --uvicorn-opts "--log-level warning" ;; esac

tensorboard: install ## open TensorBoard on the training curves
	@tensorboard --logdir mlruns/tensorboard

serve: install ## answer over HTTP on models/frozen, with a database in serving-data/; the first start shows a key, once (DEMO=1: ten generated writers to try)
	@$(if $(DEMO),$(MAKE) --no-print-directory demo)
	@$(DEMO_SETTINGS) python -m serving run
DEMO :=
DEMO_DATA := serving-data/demo
# All in it is generated, so that images are kept, and shown beside the answers.
DEMO_SETTINGS = $(if $(DEMO),SERVE_DATABASE=sqlite:///$(DEMO_DATA)/signatures.db SERVE_KEEP_IMAGES=365)

demo: $(DEMO_DATA)/raw
	@$(DEMO_SETTINGS) python -m serving enrol $(DEMO_DATA)/raw/images --most 5
	@echo "signatures to try     $(DEMO_DATA)/raw/images: 06 to 08 are genuine and not enrolled, others are forgeries"

$(DEMO_DATA)/raw:
	@mkdir -p $(DEMO_DATA)
	@printf 'ingest:\n  source: sample\n  sample: {identities: 10, seed: 1}\n' >$(DEMO_DATA)/params.yaml
	@python -m components.ingest --params $(DEMO_DATA)/params.yaml --out $@

test: $(BIN)/.installed-dev ## the quick tests (about 10 minutes)
	@python -m pytest -m "not slow" -n 2 --dist loadfile $(COVERAGE)

coverage: COVERAGE := --cov --cov-report=term
coverage: test ## the same, and how much of the code they run; below the floor in pyproject.toml it fails

e2e: $(BIN)/.installed-dev ## the rest: whole runs, Kubeflow's local runner
	@python -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/cluster --ignore=tests/gpu --durations=25 --durations-min=5

fuzz: $(BIN)/.installed-dev ## damage every kind of file 10,000 times, others each time (hours; each night)
	@python -m pytest tests/test_damaged_files.py --hypothesis-profile=fuzz --timeout=0 -n 2

kills: $(BIN)/.installed-dev ## kill the pipeline KILLS=100 times, each time at other moments: nothing is stuck or left (an hour; each night)
	@KILLS=$(KILLS) KILLS_SEED=$${KILLS_SEED:-$$RANDOM} python -m pytest tests/e2e/test_kills.py -s --timeout=0
KILLS := 100

cluster-test: $(BIN)/.installed-dev ## the tests on the Kubernetes cluster that KUBECONFIG names; CLUSTER_LOAD="kind load docker-image" gives its nodes images
	@if [ -n "$$KUBECONFIG" ] && docker info >/dev/null 2>&1; then $(MAKE) --no-print-directory serve-image; fi
	@python -m pytest tests/cluster

gpu-test: $(BIN)/.installed-dev ## the tests on a GPU, with CUDA from requirements-gpu.lock (KERAS_BACKEND=jax: with the jax that is installed)
	@if [ "$$KERAS_BACKEND" != jax ] && nvidia-smi >/dev/null 2>&1; then \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-gpu.lock -r requirements-dev.lock; fi
	@python -m pytest tests/gpu -rA --show-capture=stdout

format: $(BIN)/.installed-dev ## mend what ruff can mend, and format the code
	@ruff check --fix .
	@ruff format .

check: $(BIN)/.installed-dev ## ruff, mypy and the rest of pre-commit over the whole tree
	@pre-commit run --all-files

docs: $(BIN)/.installed-dev ## write the generated pages and build the documentation into build/docs
	@python -m pipelines.documentation
	@NO_MKDOCS_2_WARNING=true mkdocs build --strict
	@echo "the documentation     build/docs/index.html"

release: ## cut a release, VERSION=0.2.0: changelog, commit, tag and, where a Docker engine answers, the image
	@$(PYTHON) -m tools.release "$(VERSION)"
	@if docker info >/dev/null 2>&1; then $(MAKE) --no-print-directory image IMAGE=signature-recognition:$(VERSION); \
	else echo "no Docker engine answers, so no image was built: make image IMAGE=signature-recognition:$(VERSION)"; fi
VERSION :=

kubeflow: install ## compile the Kubeflow pipeline and run it on the sample, in containers where a Docker engine answers
	@python -m pipelines compile
	@if docker info >/dev/null 2>&1; then $(MAKE) --no-print-directory image; fi
	@if docker info >/dev/null 2>&1; then python -m pipelines run --runner docker; \
	else echo "no Docker engine answers: each task is a process, not a container"; python -m pipelines run; fi

image: $(BIN)/.installed-dev ## build the container image (GPU=1: for GPUs) and list its parts in build/sbom.json
	@docker build --build-arg GPU=$(GPU) --build-arg GIT_REVISION=$(REVISION) \
	--build-arg VERSION=$(PROJECT_VERSION) --build-arg CREATED=$(CREATED) -t $(IMAGE) .
	@python -m pipelines.sbom $(IMAGE)
serve-image: ## build the image of the service, which needs no TensorFlow
	@docker build --target serve --build-arg GIT_REVISION=$(REVISION) \
	--build-arg VERSION=$(PROJECT_VERSION) --build-arg CREATED=$(CREATED) -t $(SERVE_IMAGE) .
SERVE_IMAGE := signature-recognition-serve:latest
GPU := 0
REVISION = $(shell git rev-parse HEAD)$(shell git diff --quiet HEAD -- Dockerfile .dockerignore components pipelines serving params.yaml pyproject.toml 'requirements*.lock' || echo -dirty)
PROJECT_VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
# The commit's, not the clock's: one commit, one image.
CREATED = $(shell git show -s --format=%cI HEAD)
IMAGE := signature-recognition:$(if $(filter 1,$(GPU)),gpu,latest)

lock: $(BIN)/.installed ## compile the lock files anew
	@uv pip compile --quiet $(LOCK) --group serve pyproject.toml -o requirements.lock
	@uv pip compile --quiet $(LOCK) --group serve --extra gpu pyproject.toml -o requirements-gpu.lock
	@uv pip compile --quiet $(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	@uv pip compile --quiet $(LOCK) --group serve -c requirements.lock -o requirements-serve.lock
	@echo uv | uv pip compile --quiet $(LOCK) - -o requirements-uv.lock
LOCK := --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-annotate --no-header

clean: ## remove what runs made (not the DVC cache, mlruns, downloads)
	@rm -rf build data models reports .checkpoints/train
