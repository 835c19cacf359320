using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>A virtual camera as an output: a device of the kernel module v4l2loopback, which other programs read.</summary>
internal static class LoopbackCamera
{
    /// <summary>How the names of its devices begin.</summary>
    public const string Device = "/dev/video";

    private const string Module = "v4l2loopback", Loaded = "/sys/module/" + Module, Prober = "modprobe";

    /// <summary>Refuses a device that is not there, with the reason.</summary>
    /// <param name="output">An output of any kind.</param>
    /// <exception cref="UserError">It is a camera's name, and there is no such device.</exception>
    public static void Check(string output)
    {
        bool isCamera = output.StartsWith(Device, StringComparison.Ordinal)
            && int.TryParse(output.AsSpan(Device.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isCamera || Path.Exists(output)) return;
        string load = $"sudo modprobe {Module} video_nr={output[Device.Length..]} exclusive_caps=1";
        string why = Directory.Exists(Loaded) ? $"{Module} is loaded without it; unload it (sudo modprobe -r {Module}), then: {load}"
            : Refusal() is { } refusal ? $"{refusal}; install {Module}-dkms for this kernel, then: {load}"
            : $"the kernel module {Module} is not loaded: {load}";
        throw UserError.CannotWrite(output, $"there is no such device: {why}");
    }

    /// <summary>What modprobe says about loading the module, without doing it; null if it could, or is not there to be asked.</summary>
    private static string? Refusal()
    {
        string[] places = [Prober, "/sbin/" + Prober, "/usr/sbin/" + Prober];
        if (places.Select(ChildProcess.Find).FirstOrDefault(p => p is not null) is not { } program) return null;
        try
        {
            using Process asked = Process.Start(new ProcessStartInfo(program, ["--dry-run", Module])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            string said = asked.StandardError.ReadToEnd().ReplaceLineEndings(" ").Trim();
            asked.WaitForExit();
            return asked.ExitCode == 0 || said.Length == 0 ? null : said;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
