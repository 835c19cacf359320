#version 330 core
// The image at a quarter of the size for the background blur. Pixels are weighted by how much they are background, so that no foreground
// colour enters and no halo forms; alpha holds the weight.
#include "view.glsl"

const float Least = 0.001;      // where all is foreground, its colours

void main()
{
    vec2 texel = 1.0 / vec2(textureSize(frame, 0));
    color = vec4(0.0);
    for (int y = -1; y <= 1; y += 2)
    {
        for (int x = -1; x <= 1; x += 2)
        {
            vec2 at = uv + vec2(x, y) * texel; // between four pixels: their mean
            color += vec4(texture(frame, at).rgb, 1.0) * (1.0 - foreground(at) + Least);
        }
    }

    color *= 0.25;
}
