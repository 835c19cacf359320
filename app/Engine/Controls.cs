using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Engine;

/// <summary>What a user may change while the program runs, by a key or from the web page. Called on the thread that draws; what capture reads is safe to read there.</summary>
public sealed class Controls(Renderer renderer, ModelShelf models, CancellationTokenSource stop)
{
    private const double SeekSeconds = 5, SpeedStep = 1.25, Slowest = 0.1, Fastest = 8;
    private double _speed = 1, _seek;
    private int _stills;

    /// <summary>Something about the picture changed: draw it again even if no new frame comes.</summary>
    public bool Changed { get; set; }

    public bool Paused { get; private set; }

    /// <summary>One frame may pass although it is paused; whoever shows it takes this back.</summary>
    public bool StepAsked { get; set; }

    /// <summary>Pace of a recording, 1 for its own.</summary>
    public double Speed => Volatile.Read(ref _speed);

    public void On(UserInput input)
    {
        UserKey key = input.Key;
        Changed = true;
        switch (key)
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
            case UserKey.Hud: renderer.Hud = renderer.Hud == HudDetail.None ? HudDetail.Full : renderer.Hud - 1; break;
            case UserKey.Help: renderer.HelpVisible = !renderer.HelpVisible; break;
            case UserKey.Still: SaveStill(); break;
            case UserKey.Refine: renderer.Refine = !renderer.Refine; break;
            case UserKey.Solo: renderer.SoloNext(); break;
            case UserKey.Pick: renderer.SoloAt(input.X, input.Y); break;
            case UserKey.NextModel: models.Next(); break;
            case UserKey.NextView: renderer.View = (View)(((int)renderer.View + 1) % Enum.GetValues<View>().Length); break;
            case >= UserKey.FirstView and <= UserKey.LastView: renderer.View = (View)(key - UserKey.FirstView); break;
        }
    }

    /// <summary>Seconds to jump, once for each request; 0 for none. Called by the thread that captures.</summary>
    public double TakeSeek() => Interlocked.Exchange(ref _seek, 0);

    private void SaveStill()
    {
        if (renderer.Target is not { } target) return;
        string path;
        do path = Path.Combine("out", $"still-{++_stills:D3}.png");
        while (File.Exists(path));
        ImageSink.Save(path, renderer.Pixels(), target.Width, target.Height);
        Console.WriteLine($"saved {path}");
    }
}
