namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>The classifiers that the FCN and DeconvNet papers start from, without weights.</summary>
public static class BuiltIn
{
    /// <summary>Classes of ImageNet.</summary>
    public const long ImageNetClasses = 1000;

    /// <summary>
    /// AlexNet (Krizhevsky et al. 2012), in the form of one GPU's file that the FCN authors start from: 11×11 at stride 4, local
    /// response normalisation, groups, 3×3 pools at stride 2, fc6 over 6×6 cells.
    /// </summary>
    /// <param name="narrow">Divides all widths: small ones for tests.</param>
    public static Classifier AlexNet(long narrow = 1)
    {
        LayerStack s = new(narrow);
        s.Conv("conv1", 96, kernel: 11, pad: 0, stride: 4).Lrn("norm1").Pool("pool1", 3);
        s.Conv("conv2", 256, kernel: 5, pad: 2, group: 2).Lrn("norm2").Pool("pool2", 3);
        s.Conv("conv3", 384, kernel: 3, pad: 1);
        s.Conv("conv4", 384, kernel: 3, pad: 1, group: 2);
        s.Conv("conv5", 256, kernel: 3, pad: 1, group: 2).Pool("pool5", 3);
        s.Dense("fc6", 4096, kernel: 6).Dense("fc7", 4096, kernel: 1);
        return s.Ended(ImageNetClasses, side: 227);
    }

    /// <summary>VGG with 16 layers (Simonyan and Zisserman 2015, configuration D).</summary>
    /// <param name="narrow">Divides all widths: small ones for tests.</param>
    public static Classifier Vgg16(long narrow = 1)
    {
        LayerStack s = new(narrow);
        (long Width, int Convolutions)[] levels = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];
        for (int level = 1; level <= levels.Length; level++)
        {
            (long width, int convolutions) = levels[level - 1];
            for (int i = 1; i <= convolutions; i++) s.Conv($"conv{level}_{i}", width, kernel: 3, pad: 1);
            s.Pool($"pool{level}", 2);
        }

        s.Dense("fc6", 4096, kernel: 7).Dense("fc7", 4096, kernel: 1);
        return s.Ended(ImageNetClasses, side: 224);
    }

    /// <summary>Layers of which each reads the one before.</summary>
    private sealed class LayerStack(long narrow)
    {
        private readonly List<ClassifierLayer> _layers = [];

        private string Top => _layers.Count > 0 ? _layers[^1].Name : Classifier.Input;

        public LayerStack Conv(string name, long channels, long kernel, long pad, long stride = 1, long group = 1)
        {
            _layers.Add(new ConvLayer(name, Top, channels / narrow, kernel, stride, [pad, pad, pad, pad], group));
            _layers.Add(new ReluLayer(name + ".relu", Top));
            return this;
        }

        public LayerStack Lrn(string name)
        {
            _layers.Add(new LrnLayer(name, Top, Size: 5, Alpha: 1e-4f, Beta: 0.75f, Bias: 1));
            return this;
        }

        public LayerStack Pool(string name, long kernel)
        {
            _layers.Add(new PoolLayer(name, Top, kernel, Stride: 2));
            return this;
        }

        public LayerStack Dense(string name, long outputs, long kernel)
        {
            _layers.Add(new DenseLayer(name, Top, outputs / narrow, kernel));
            _layers.Add(new ReluLayer(name + ".relu", Top));
            _layers.Add(new DropoutLayer(name + ".drop", Top, 0.5f));
            return this;
        }

        /// <summary>The classifier, with a class layer on top.</summary>
        public Classifier Ended(long classes, long side)
        {
            string body = Top;
            _layers.Add(new DenseLayer("fc8", body, classes, 1));
            return new Classifier(_layers, side, body);
        }
    }
}
