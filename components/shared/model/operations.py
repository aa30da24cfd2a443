"""The operations of a network's file, checked before it is loaded.

A graph is a program: TensorFlow's operations can read and write files, Keras's layers bring Python.
Those that a network of images needs are named here; any other is refused, a new one too.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from components.shared.model.protocol_buffers import messages
from components.shared.runtime.errors import InputError


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TENSORFLOW = _names(
    """
    Abs Add AddN AddV2 All Any ArgMax ArgMin Assert AvgPool BatchDatasetV2 BatchMatMul BatchMatMulV2
    BatchMatMulV3 BiasAdd Bincount Bitcast BitwiseAnd BitwiseOr BroadcastArgs BroadcastTo Case Cast
    Ceil ClipByValue Concat ConcatV2 ConcatenateDataset Const Conv2D CropAndResize Cumprod Cumsum
    DatasetToSingleElement DecodeBase64 DecodeImage DecodeJpeg DecodePng DecodeRaw DenseBincount
    DepthwiseConv2dNative DisableCopyOnRead Div DivNoNan Einsum EnsureShape Equal Erf Exp ExpandDims
    ExtractJpegShape Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3
    Gather GatherNd GatherV2 Greater GreaterEqual Identity IdentityN If IgnoreErrorsDataset
    InvertPermutation IsFinite IsInf IsNan L2Loss LeakyRelu LeftShift Less LessEqual LinSpace Log
    Log1p LogicalAnd LogicalNot LogicalOr MatMul Max MaxPool MaxPoolV2 Maximum Mean Min Minimum
    MirrorPad Mod Mul Neg NoOp NotEqual OneHot OnesLike Pack Pad PadV2 ParallelMapDatasetV2
    PartitionedCall Placeholder PlaceholderWithDefault Pow Prod Range RangeDataset Rank
    ReadVariableOp RealDiv Reciprocal Relu Relu6 Reshape ResizeArea ResizeBicubic ResizeBilinear
    ResizeNearestNeighbor ReverseSequence ReverseV2 RewriteDataset RightShift Rint Round Rsqrt
    ScatterNd Select SelectV2 Selu Shape ShapeN Sigmoid Sign Size Slice Softmax Softplus Split
    SplitV Sqrt Square SquaredDifference Squeeze StatefulPartitionedCall StatelessCase StatelessIf
    StatelessWhile StaticRegexFullMatch StopGradient StridedSlice StringJoin StringLength Sub Substr
    Sum Tanh TensorDataset TensorListConcatV2 TensorListElementShape TensorListFromTensor
    TensorListGetItem TensorListLength TensorListReserve TensorListSetItem TensorListStack
    TensorScatterAdd TensorScatterUpdate TensorSliceDataset Tile TopKV2 Transpose TruncateDiv Unpack
    UnsortedSegmentSum VarHandleOp Where While ZerosLike ZipDataset
    """
)
CHECKPOINT = _names("AssignVariableOp MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename")
"""Those with which a SavedModel saves and restores its own variables. They write and read files, so
only functions that nothing else can run may have them."""
SAVED = TENSORFLOW | CHECKPOINT
ONNX = _names(
    """
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant
    ConstantOfShape Conv ConvInteger DequantizeLinear Div DynamicQuantizeLinear Einsum Equal Erf Exp
    Expand Flatten Floor Gather GatherElements GatherND Gemm GlobalAveragePool GlobalMaxPool Greater
    GreaterOrEqual Identity LeakyRelu Less LessOrEqual Log LpNormalization MatMul MatMulInteger Max
    MaxPool Mean Min Mod Mul Neg Not OneHot Or Pad Pow QLinearConv QLinearMatMul QuantizeLinear
    Range Reciprocal ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Relu Reshape Resize ReverseSequence Round ScatterND Shape Sigmoid Sign Slice
    Softmax Split Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze Where Xor
    """
)
ONNX_DOMAINS = frozenset({"", "ai.onnx"})
GRAPH_TENSORS = ((5,), (15, 1), (15, 2))
"""Fields of an ONNX graph that are tensors: its initializers, and the parts of sparse ones."""
ATTRIBUTE_TENSORS = ((5,), (10,), (22, 1), (22, 2), (23, 1), (23, 2))
"""Those of a node's attribute: one, a list, and the parts of sparse ones."""
EXTERNAL_DATA = 13
"""The field of a tensor that names another file, or memory, which holds its numbers."""
KERAS = _names(
    """
    Absolute Activation Add All Argmax Average AveragePooling2D BatchNormalization BroadcastTo Cast
    Clip Concatenate Conv2D Cropping2D DTypePolicy Dense DepthwiseConv2D Divide Dot Dropout Einsum
    Embedder Equal ExpandDims Flatten Flip Functional GaussianNoise GetItem GlobalAveragePooling2D
    GlobalMaxPooling2D GlorotNormal GlorotUniform Greater GreaterEqual HeNormal HeUniform Identity
    InputLayer L1 L1L2 L2 LayerNormalization LeakyReLU LecunNormal Less LessEqual Matmul Max
    MaxPooling2D Maximum Mean Min Minimum Multiply Negative Normalization Ones Pad Permute Power
    RandomNormal RandomUniform ReLU Relu Rescaling Reshape Resizing Roll SeparableConv2D Sequential
    Sigmoid Softmax SpatialDropout2D Split Sqrt Square Squeeze Stack Subtract Sum Take Tanh
    Transpose TrueDivide TruncatedNormal UnitNormalization UpSampling2D VarianceScaling Where
    ZeroPadding2D Zeros __keras_tensor__ __numpy__ __tensor__
    """
)
EMBEDDER = "components.shared.model.keras_model"
"""The module of the one class of this project in a file of Keras."""
SAVED_MODEL = "saved_model.pb"
NAMING_FUNCTIONS = (
    (2, 7, 2, 1),  # SavedObjectGraph.concrete_functions
    (2, 7, 1, 6, 1),  # SavedFunction.concrete_functions
    (2, 7, 1, 8, 1),  # SavedBareConcreteFunction.concrete_function_name
    (2, 7, 1, 12, 2),  # CapturedTensor.concrete_function
    (2, 2, 2, 2, 2),  # GradientDef.gradient_func
    (2, 2, 2, 3, 1),  # RegisteredGradient.gradient_func
)
"""Fields of a SavedModel that name functions for other ends than to save."""
CONFIGURATION = "config.json"


class _Function(NamedTuple):
    """A function of a graph: its operations, and the functions that they call."""

    operations: set[str]
    calls: set[str]


def check_saved_model(folder: Path) -> None:
    """Checks a SavedModel of TensorFlow.

    Raises:
        InputError: it has an operation that no network needs, or cannot be read.
    """
    path = folder / SAVED_MODEL
    with _reading(path):
        content = memoryview(path.read_bytes())
        functions = _check_graphs(path, list(messages(content, 2, 2)))
        savers = _savers(content, functions) if _has_objects(content) else set()
        for name, function in functions.items():
            _demand(path, function.operations, SAVED if name in savers else TENSORFLOW)


def check_frozen_graph(path: Path) -> None:
    """Checks a GraphDef of TensorFlow, as `check_saved_model` does."""
    with _reading(path):
        functions = _check_graphs(path, [memoryview(path.read_bytes())])
        for function in functions.values():
            _demand(path, function.operations, TENSORFLOW)


def check_onnx(path: Path) -> None:
    """Checks a network in ONNX.

    Raises:
        InputError: it has an operation or a domain that no network needs, or weights that are not
            in it, or cannot be read.
    """
    with _reading(path):
        model = memoryview(path.read_bytes())
        for place in ((7,), (20, 1), (20, 2)):  # the graph, and those of a training
            for graph in messages(model, *place):
                _check_graph(path, graph)
        for node in messages(model, 25, 7):  # of functions
            _check_node(path, node)
        for attribute in messages(model, 25, 11):
            _check_attribute(path, attribute)


def check_keras(path: Path) -> None:
    """Checks a model of Keras.

    Raises:
        InputError: it has a layer of its own code or one that no network needs.
        ValueError, KeyError, BadZipFile: it is damaged, or no archive of Keras.
        OSError: it cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        configuration = json.loads(archive.read(CONFIGURATION))
    _demand(path, set(_classes(configuration)), KERAS)


def _check_graph(path: Path, graph: memoryview) -> None:
    for node in messages(graph, 1):
        _check_node(path, node)
    _check_tensors(path, graph, GRAPH_TENSORS)


def _check_node(path: Path, node: memoryview) -> None:
    _demand(path, set(_texts(node, 4)), ONNX)
    _demand(path, set(_texts(node, 7)), ONNX_DOMAINS)
    for attribute in messages(node, 5):
        _check_attribute(path, attribute)


def _check_attribute(path: Path, attribute: memoryview) -> None:
    _check_tensors(path, attribute, ATTRIBUTE_TENSORS)
    for number in (6, 11):  # one graph, and a list
        for graph in messages(attribute, number):
            _check_graph(path, graph)


def _check_tensors(path: Path, owner: memoryview, places: Sequence[tuple[int, ...]]) -> None:
    """Checks that the tensors of a graph or an attribute hold their numbers themselves."""
    for place in places:
        if any(True for _ in messages(owner, *place, EXTERNAL_DATA)):
            raise InputError(f"{path}: has weights in another file, which nobody checks: refused")


def _check_graphs(path: Path, graphs: Sequence[memoryview]) -> dict[str, _Function]:
    """Checks the operations outside of functions, and the functions' names; returns these."""
    functions: dict[str, _Function] = {}
    called: set[str] = set()
    for graph in graphs:
        if "api_implements" in set(_texts(graph, 2, 1, 5, 1)):
            raise InputError(f"{path}: has functions in the place of others: refused")
        outside = _function(messages(graph, 1))
        _demand(path, outside.operations, TENSORFLOW)
        called |= outside.calls
        for definition in messages(graph, 2, 1):
            function = _function(messages(definition, 3))
            called |= function.calls
            for name in list(_texts(definition, 1, 1)) or [""]:
                operations, calls = functions.get(name, _Function(set(), set()))
                functions[name] = _Function(
                    operations | function.operations, calls | function.calls
                )
    if replaced := functions.keys() & SAVED:
        raise InputError(
            f"{path}: has a function in the place of the operation {min(replaced)!r}: refused"
        )
    if missing := called - functions.keys():
        raise InputError(f"{path}: calls {min(missing)!r}, which is no function of it: refused")
    return functions


def _has_objects(content: memoryview) -> bool:
    """Tells whether TensorFlow 2 loads a SavedModel: functions, and nothing outside of them."""
    return len(list(messages(content, 2))) == 1 and any(True for _ in messages(content, 2, 7))


def _savers(content: memoryview, functions: Mapping[str, _Function]) -> set[str]:
    """Returns the functions that save and restore variables, and that nothing else can run.

    SaverDef names the two nodes that call them. A function with which TensorFlow's loader does
    anything else is named by an object, by a gradient, or by a node: as its operation, too.
    """
    savers: set[str] = set()
    others = {name for place in NAMING_FUNCTIONS for name in _texts(content, *place)}
    ends = {text.partition(":")[0] for end in (2, 3) for text in _texts(content, 2, 3, end)}
    for node in messages(content, 2, 2, 1):
        is_end = not ends.isdisjoint(_texts(node, 1))
        (savers if is_end else others).update(_function([node]).calls)
    for function in functions.values():
        others |= function.calls | function.operations
    return savers - others


def _function(nodes: Iterable[memoryview]) -> _Function:
    """Returns operations and calls of nodes; a node without an operation has one without a name."""
    function = _Function(set(), set())
    for node in nodes:
        function.operations.update(list(_texts(node, 2)) or [""])
        for value in messages(node, 5, 2):
            function.calls.update(_called(value))
    return function


def _called(attribute: memoryview) -> Iterator[str]:
    """Yields the names of the functions in an attribute of a node, and in theirs."""
    for place in ((10,), (1, 9)):  # one, and a list
        for function in messages(attribute, *place):
            yield from _texts(function, 1)
            for inner in messages(function, 2, 2):
                yield from _called(inner)


def _classes(value: object) -> Iterator[str]:
    """Yields the names of all classes in a configuration of Keras, strange ones with the module."""
    if isinstance(value, dict):
        if "class_name" in value:
            name, module = str(value["class_name"]), str(value.get("module") or "keras")
            known = module in {EMBEDDER, "keras"} or module.startswith("keras.")
            yield name if known else f"{module}.{name}"
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _classes(inner)


def _texts(content: memoryview, *path: int) -> Iterator[str]:
    for value in messages(content, *path):
        yield bytes(value).decode()


def _demand(path: Path, found: set[str], allowed: frozenset[str]) -> None:
    strange = sorted(found - allowed)
    if strange:
        raise InputError(
            f"{path}: has {strange[0]!r}, which no network of this project needs, and is not run: "
            "take models only from whom you trust"
        )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: damaged ({type(error).__name__}); take it anew") from None
