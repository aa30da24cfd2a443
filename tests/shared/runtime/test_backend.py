"""Loading a backend."""

import sys
from pathlib import Path
from subprocess import run

import pytest

from components.shared.runtime import backend
from components.shared.runtime.errors import InputError

PROJECT = Path(__file__).resolve().parents[3]


def python(
    code: str, keras_backend: str | None, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """Returns what a fresh process writes to stdout and stderr."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if keras_backend:
        monkeypatch.setenv("KERAS_BACKEND", keras_backend)
    done = run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip(), done.stderr.strip()


@pytest.mark.slow
def test_tensorflow_loads_with_one_line_and_can_be_told_to_multiply_in_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PROGRESS", raising=False)
    code = """
from components.shared.runtime import backend
backend.load()
import tensorflow as tf
before = tf.config.experimental.tensor_float_32_execution_enabled()
backend.exact_float32()
print(backend.name(), before, tf.config.experimental.tensor_float_32_execution_enabled())
"""
    assert python(code, None, monkeypatch) == ("tensorflow True False", "loading TensorFlow …")


@pytest.mark.slow
def test_tensorflow_loads_without_a_word_where_no_progress_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROGRESS", "quiet")
    code = "from components.shared.runtime import backend; backend.load()"
    assert python(code, None, monkeypatch) == ("", "")


def test_beside_jax_tensorflow_looks_as_if_it_were_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = """
import sys
from components.shared.runtime import backend
backend.load()
backend.exact_float32()
try:
    import tensorflow
except ModuleNotFoundError as error:
    print(error)
import jax
print(jax.config.jax_default_matmul_precision, "tensorflow" in sys.modules)
"""
    pytest.importorskip("jax")
    out, error = python(code, "jax", monkeypatch)
    assert out.splitlines() == ["tensorflow is kept out: Keras runs on jax", "highest False"]
    assert error == ""


@pytest.mark.slow
def test_what_only_tensorflow_does_runs_on_it_whatever_keras_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = """
from components.shared.runtime import backend
backend.load_tensorflow()
import keras
print(keras.backend.backend())
"""
    assert python(code, "jax", monkeypatch)[0] == "tensorflow"


def test_the_backend_is_named_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert backend.name() == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert backend.name() == "jax"


def test_only_jax_compiles_a_model_that_only_embeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert not backend.uses_xla()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert backend.uses_xla()


def test_a_third_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(InputError, match="KERAS_BACKEND is 'torch', but must be tensorflow or jax"):
        backend.load()
