// Fits y = a / (1 + exp(-(b·x + c))) to noisy points: the loss is a graph, its gradients are more nodes of the same graph, the step is
// one run of it.
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Shell;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

const int Points = 100, Steps = 200;
const float Rate = 0.5f, Noise = 0.1f;
string[] names = ["a", "b", "c"];
float[] truth = [3, 2, 1], fitted = [1, 1, 0];
NativeSettings.Apply(); // ONNX Runtime's official builds upload usage data without it

Random random = new(1);
float[] x = [.. Enumerable.Range(0, Points).Select(i => (4f * i / Points) - 2)];
float[] y = [.. x.Select(v => (truth[0] / (1 + MathF.Exp(-((truth[1] * v) + truth[2])))) + (Noise * (random.NextSingle() - 0.5f)))];

// The loss: the mean of squared errors. Every value has its type and shape from the moment it is made.
GraphBuilder g = new();
Value at = g.Constant(x, new Shape(Points)), measured = g.Constant(y, new Shape(Points));
Value[] weights = [.. names.Select(n => g.Input(n, ElementType.Float, Shape.Scalar))];
Value inner = Elementwise.Add(g, Elementwise.Mul(g, weights[1], at), weights[2]);
Value error = Elementwise.Sub(g, Elementwise.Mul(g, weights[0], Sigmoid.Emit(g, inner)), measured);
Value loss = Elementwise.Mul(g, Reduce.SumAll(g, Elementwise.Mul(g, error, error)), g.Constant(1f / Points));

// The step: each weight moves against its gradient.
IReadOnlyList<Value> gradients = Gradients.Of(g, loss, weights);
Value[] next = [.. weights.Zip(gradients, (w, d) => Elementwise.Sub(g, w, Elementwise.Mul(g, d, g.Constant(Rate))))];
using InferenceSession session = new(OnnxWriter.Write(g, [loss, .. next]));

string[] outputs = [loss.Name, .. next.Select(v => v.Name)];
using RunOptions options = new();
for (int step = 0; step <= Steps; step++)
{
    OrtValue[] values = [.. fitted.Select(v => OrtValue.CreateTensorValueFromMemory([v], []))];
    using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, names, values, outputs);
    float[] numbers = [.. results.Select(r => r.GetTensorDataAsSpan<float>()[0])];
    if (step % 40 == 0) Console.WriteLine($"step {step,3}  loss {numbers[0]:F5}");
    fitted = numbers[1..];
    foreach (OrtValue v in values) v.Dispose();
}

for (int i = 0; i < names.Length; i++) Console.WriteLine($"{names[i]} = {fitted[i]:F3} (drawn with {truth[i]})");
