using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Engine;

/// <summary>
/// What a user may change while the program runs, with a key or on the page. Called on the thread that draws; what the capture stage reads
/// is safe to read on its thread.
/// </summary>
public sealed class Controls(Renderer renderer, ModelShelf models, CancellationTokenSource stop)
{
    private const double SeekSeconds = 5, SpeedStep = 1.25, Slowest = 0.1, Fastest = 8;
    private double _speed = 1, _seek;
    private int _stills;

    /// <summary>Whether the image looks different now: draw it again even if no new frame comes.</summary>
    public bool Changed { get; set; }

    public bool Paused { get; private set; }

    /// <summary>That what the user asked for last did not succeed; null if it did.</summary>
    public Status? Status { get; private set; }

    /// <summary>Whether one frame may pass during a pause; reset by whoever shows it.</summary>
    public bool StepAsked { get; set; }

    /// <summary>Speed of a recording, 1 for its own. Read by the capture stage.</summary>
    public double Speed => Volatile.Read(ref _speed);

    /// <summary>Does what the user asked for.</summary>
    public void On(UserInput input)
    {
        (Changed, Status) = (true, null);
        switch (input.Key)
        {
            case UserKey.Quit: stop.Cancel(); break;
            case UserKey.Pause: Paused = !Paused; break;
            case UserKey.Step: (Paused, StepAsked) = (true, true); break;
            case UserKey.SeekBack: Interlocked.Exchange(ref _seek, -SeekSeconds); break;
            case UserKey.SeekForward: Interlocked.Exchange(ref _seek, SeekSeconds); break;
            case UserKey.Slower: Volatile.Write(ref _speed, Math.Max(Slowest, Speed / SpeedStep)); break;
            case UserKey.Faster: Volatile.Write(ref _speed, Math.Min(Fastest, Speed * SpeedStep)); break;
            case UserKey.MoreOpacity: renderer.ChangeOpacity(1); break;
            case UserKey.LessOpacity: renderer.ChangeOpacity(-1); break;
            case UserKey.Hud when input.OnPage: renderer.PageHud = Less(renderer.PageHud); break;
            case UserKey.Hud: renderer.Hud = Less(renderer.Hud); break;
            case UserKey.Help: renderer.HelpVisible = !renderer.HelpVisible; break;
            case UserKey.Still: SaveStill(); break;
            case UserKey.Refine: renderer.Refine = !renderer.Refine; break;
            case UserKey.Solo: renderer.SoloNext(); break;
            case UserKey.Pick: renderer.SoloAt(input.X, input.Y); break;
            case UserKey.NextModel: models.Next(); break;
            case UserKey.NextView: renderer.View = Views.After(renderer.View); break;
            case UserKey.View: renderer.View = Views.All[input.View]; break;
            case UserKey.Fullscreen: break; // the window's own
        }
    }

    /// <summary>Seconds to jump, once for each request; 0 for none. Called by the capture stage.</summary>
    public double TakeSeek() => Interlocked.Exchange(ref _seek, 0);

    private static HudDetail Less(HudDetail hud) => hud == HudDetail.None ? HudDetail.Full : hud - 1;

    /// <summary>The view alone, as in all files.</summary>
    private void SaveStill()
    {
        if (renderer.Target is not { } target) return;
        string path;
        do path = Path.Combine("out", $"still-{++_stills:D3}.png");
        while (File.Exists(path));
        try
        {
            path = AtomicFile.Write(path, ImageCodec.Encode(renderer.PlainPixels(), target.Width, target.Height), overwrite: false);
            Log.Info($"saved {path}");
        }
        catch (UserError e)
        {
            Status = Frames.Status.Alarm(e.Message); // the run goes on
            Log.Warning(e.Message);
        }
    }
}
