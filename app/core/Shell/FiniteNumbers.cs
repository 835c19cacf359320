using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeSeg.Core.Shell;

/// <summary>Figures in JSON, which knows neither NaN nor infinity: they become null.</summary>
public sealed class FiniteNumbers : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}
